import type { StaffSnapshot } from "@usher/protocol";
import { msgpackCodec } from "@usher/protocol/msgpack";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { changeDraft, draftOf, keepOnlyDrafts, openDrafts } from "../../src/live/drafts";
import { send } from "../../src/live/sending";
import { outbox } from "../../src/live/store";
import { enterWith, leave, signed } from "../../src/shell/sign";
import { assignment, snapshot } from "../state/samples";

interface Frame {
  type: string;
  id: number;
  text: string;
  client_id: string;
}

/** The browser's socket, with the server's end in the test's hands. */
class Line {
  static readonly OPEN = 1;
  static last: Line;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((closing: { code: number }) => void) | null = null;
  readyState = Line.OPEN;
  readonly sent: Frame[] = [];
  constructor() {
    Line.last = this;
  }
  send(data: Uint8Array<ArrayBuffer>): void {
    this.sent.push(msgpackCodec.decode(data.slice().buffer) as Frame);
  }
  close(): void {
    this.readyState = 3;
  }
  says(frame: unknown): void {
    this.onmessage?.({ data: msgpackCodec.encode(frame) });
  }
  opens(known: StaffSnapshot = snapshot({ assignments: [assignment("ann", [])] })): void {
    this.onopen?.();
    this.says({ type: "welcome", session_id: "s1", resumed: false, server_time: Date.now(), heartbeat_ms: 10_000 });
    this.says([1, known]);
  }
  breaks(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  get messages(): Frame[] {
    return this.sent.filter(({ type }) => type === "message.send");
  }
  /** Answer the newest. */
  async answers(): Promise<void> {
    this.says({ type: "ok", id: this.messages.at(-1)?.id, result: { type: "sent", n: 1, at: 1 } });
    await vi.advanceTimersByTimeAsync(0);
  }
}

class Shelf {
  [key: string]: unknown;
  getItem(key: string): string | null {
    return (this[key] as string | undefined) ?? null;
  }
  setItem(key: string, value: string): void {
    this[key] = value;
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }
}

let shelf: Shelf;
const signIn = (): Promise<void> => enterWith("anna@larkspur.example", "secret");

beforeEach(() => {
  vi.useFakeTimers();
  shelf = new Shelf();
  const person = { agent_id: "anna", name: "Anna", role: "agent", language: "en" };
  vi.stubGlobal("localStorage", shelf);
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("Worker", class { terminate(): void {} });
  vi.stubGlobal("location", { href: "https://usher.example/agent/" });
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible", documentElement: {} }));
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(person)));
});

afterEach(async () => {
  await leave();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what was not sent when the session ended is sent once the person is signed in again", async () => {
  await signIn();
  Line.last.opens();
  send("c-ann", "do not lose me", "text");
  await vi.advanceTimersByTimeAsync(0);
  const [first] = Line.last.messages;
  Line.last.breaks(4401);
  expect(signed.value).toEqual({ as: "out", why: "ended" });
  expect(outbox.value).toEqual([]);

  await signIn();
  Line.last.opens();
  await vi.advanceTimersByTimeAsync(0);
  expect(Line.last.messages).toMatchObject([{ text: "do not lose me", client_id: first?.client_id }]);
});

test("signing out leaves nothing unsent in the browser", async () => {
  await signIn();
  send("c-ann", "my secret", "text");
  expect(JSON.stringify(shelf)).toContain("my secret");
  await leave();
  expect(JSON.stringify(shelf)).not.toContain("my secret");
});

test("who signs out while the server is away is told that this browser may still be signed in", async () => {
  await signIn();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  await leave();
  expect(signed.value).toEqual({ as: "out", why: "unsure" });
});

test("words arrive in the order they were written, also when the line is down for longer than an answer may take", async () => {
  await signIn();
  Line.last.opens();
  Line.last.breaks();
  send("c-ann", "one", "text");
  await vi.advanceTimersByTimeAsync(20_000);
  send("c-ann", "two", "text");
  await vi.advanceTimersByTimeAsync(15_000);
  while (Line.last.onopen === null) await vi.advanceTimersByTimeAsync(100); // until it is dialled again
  Line.last.opens();
  await vi.advanceTimersByTimeAsync(0);
  await Line.last.answers();
  await Line.last.answers();
  expect(Line.last.messages.map(({ text }) => text)).toEqual(["one", "two"]);
});

test("tabs of one person do not overwrite one another's unsent words and drafts", async () => {
  await signIn();
  shelf["usher.outbox.anna.other"] = JSON.stringify({ conversation_id: "c-ben", client_id: "other", text: "of the other tab", kind: "text", at: 1, state: "sending", code: "" });
  shelf["usher.drafts.anna.c-ben"] = JSON.stringify({ text: "draft of the other tab" });
  send("c-ann", "mine", "text");
  changeDraft("c-ann", { text: "my draft" });
  Line.last.opens();
  await vi.advanceTimersByTimeAsync(0);
  await Line.last.answers();
  keepOnlyDrafts(new Set());
  expect(JSON.stringify(shelf)).toContain("of the other tab");
  expect(JSON.stringify(shelf)).not.toMatch(/mine|my draft/);
  openDrafts("anna");
  expect(draftOf("c-ben").text).toBe("draft of the other tab");
});
