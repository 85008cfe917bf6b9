import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CommandError, jsonCodec, Session, type CustomerEvent, type CustomerIn } from "../src/index";
import { msgpackCodec } from "../src/msgpack";
import type { Codec } from "../src/codec";

class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  static get last(): FakeSocket {
    const socket = FakeSocket.made.at(-1);
    if (!socket) throw new Error("nothing was dialled");
    return socket;
  }
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((closing: { code: number }) => void) | null = null;
  binaryType = "";
  readyState = FakeSocket.OPEN;
  closed = false;
  readonly sent: unknown[] = [];
  codec: Codec = jsonCodec;
  readonly url: URL;
  readonly subprotocol: string;
  constructor(url: URL, subprotocol: string) {
    super();
    this.url = url;
    this.subprotocol = subprotocol;
    FakeSocket.made.push(this);
  }
  send(data: string): void {
    this.sent.push(this.codec.decode(data));
  }
  close(): void {
    this.closed = true;
  }
  says(frame: unknown): void {
    this.onmessage?.({ data: this.codec.encode(frame) });
  }
  welcomes(resumed = false): void {
    this.onopen?.();
    this.says({ type: "welcome", session_id: "s1", resumed, server_time: 9_000, heartbeat_ms: 10_000 });
  }
}

const page = { visibilityState: "visible" };
beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
  const win = new EventTarget();
  vi.stubGlobal("document", Object.assign(new EventTarget(), page));
  vi.stubGlobal("addEventListener", win.addEventListener.bind(win));
  vi.stubGlobal("removeEventListener", win.removeEventListener.bind(win));
  vi.stubGlobal("dispatchEvent", win.dispatchEvent.bind(win));
  vi.stubGlobal("location", { href: "https://shop.example/garden" });
  vi.stubGlobal("WebSocket", FakeSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function opened(codec: Codec = jsonCodec) {
  const events: unknown[] = [];
  const states: string[] = [];
  const session = new Session<CustomerIn, CustomerEvent>({
    url: "/ws/customer",
    codec,
    hello: () => ({ device_id: "tab", token: "secret" }),
    onEvent: (event) => events.push(event),
    onState: (phase, code) => states.push(code ? `${phase} ${code}` : phase),
  });
  session.start();
  return { session, events, states };
}

test("a session speaks to its own origin over ws and names its codec", () => {
  opened();
  expect(FakeSocket.last.url.href).toBe("wss://shop.example/ws/customer");
  expect(FakeSocket.last.subprotocol).toBe("usher.v1.json");
});

test("the token travels in the hello frame and never in the address", () => {
  opened();
  FakeSocket.last.welcomes();
  expect(FakeSocket.last.sent[0]).toMatchObject({ type: "hello", token: "secret" });
  expect(FakeSocket.last.url.href).not.toContain("secret");
});

test("a command resolves with its result over a cut", async () => {
  const { session, states } = opened();
  FakeSocket.last.welcomes();
  const listed = session.command({ type: "conversations.list" });
  FakeSocket.last.onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(FakeSocket.made).toHaveLength(2);
  FakeSocket.last.welcomes(true);
  expect(FakeSocket.last.sent[1]).toEqual({ type: "conversations.list", id: 1 });
  FakeSocket.last.says({ type: "ok", id: 1, result: { type: "listed", conversations: [] } });
  await expect(listed).resolves.toEqual({ type: "listed", conversations: [] });
  expect(states).toEqual(["connecting", "online", "offline 1006", "connecting", "online"]);
});

test("a refused command rejects with a CommandError", async () => {
  const { session } = opened();
  FakeSocket.last.welcomes();
  const asked = session.command({ type: "conversation.end", conversation_id: "c" });
  FakeSocket.last.says({ type: "error", id: 1, code: "conversation_closed", message: "Closed.", detail: {} });
  await expect(asked).rejects.toBeInstanceOf(CommandError);
});

test("nothing is said into a closing socket, and a signal that was not sent is not taken for said", async () => {
  const { session } = opened();
  FakeSocket.last.welcomes();
  FakeSocket.last.says([1, { type: "late" }]);
  FakeSocket.last.readyState = 2;
  expect(session.signal({ type: "typing", conversation_id: "c" })).toBe(false);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(FakeSocket.last.sent.map((frame) => (frame as { type: string }).type)).toEqual(["hello"]);
});

test("a dropped socket is closed and not heard any more", async () => {
  const { events } = opened();
  FakeSocket.last.welcomes();
  const first = FakeSocket.last;
  await vi.advanceTimersByTimeAsync(26_000);
  expect(first.closed).toBe(true);
  first.says([1, { type: "late" }]);
  expect(events).toEqual([]);
});

test("a fault in the page's handler is reported and the session goes on", () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const events: unknown[] = [];
  const session = new Session<CustomerIn, string>({
    url: "/ws/customer",
    codec: jsonCodec,
    hello: () => ({ device_id: "tab" }),
    onEvent: (event) => {
      if (event === "bad") throw new Error("fault");
      events.push(event);
    },
    onState: () => undefined,
  });
  session.start();
  FakeSocket.last.welcomes();
  FakeSocket.last.says([1, "bad"]);
  FakeSocket.last.says([2, "good"]);
  expect(reported).toHaveBeenCalledOnce();
  expect(events).toEqual(["good"]);
});

test("the online event dials at once", () => {
  opened();
  FakeSocket.last.welcomes();
  FakeSocket.last.onclose?.({ code: 1006 });
  dispatchEvent(new Event("online"));
  expect(FakeSocket.made).toHaveLength(2);
});

test("a stopped session rejects what was asked, hears no hints and dials no more", async () => {
  const { session, states } = opened();
  FakeSocket.last.welcomes();
  const asked = session.command({ type: "conversations.list" });
  session.stop();
  await expect(asked).rejects.toMatchObject({ code: "stopped" });
  await expect(session.command({ type: "conversations.list" })).rejects.toMatchObject({ code: "stopped" });
  dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.made).toHaveLength(1);
  expect(states.at(-1)).toBe("stopped");
});

test("a signal is not kept for later", () => {
  const { session } = opened();
  expect(session.signal({ type: "typing", conversation_id: "c" })).toBe(false);
  FakeSocket.last.welcomes();
  expect(session.signal({ type: "typing", conversation_id: "c" })).toBe(true);
  expect(FakeSocket.last.sent.at(-1)).toEqual({ type: "typing", conversation_id: "c" });
});

test("server time runs on between answers", async () => {
  const { session } = opened();
  FakeSocket.last.welcomes();
  await vi.advanceTimersByTimeAsync(500);
  expect(session.serverNow()).toBeCloseTo(9_500, 0);
});

test.each([jsonCodec, msgpackCodec])("a frame survives $subprotocol", (codec) => {
  const frame = [7, { type: "message.created", message: { text: "Zażółć Γειά Привет 🌿", n: 2 ** 40, at: null } }];
  const data = codec.encode(frame);
  const wire = typeof data === "string" ? data : data.slice().buffer;
  expect(codec.decode(wire)).toEqual(frame);
});
