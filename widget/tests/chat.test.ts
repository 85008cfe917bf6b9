import type { Conversation } from "@usher/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Chat } from "../src/app/chat";
import { memoryOf } from "../src/app/memory";
import { BLANK } from "../src/app/state";
import { conversation, message } from "./made";

/** The browser's socket, with the server's end in the test's hands. */
class Line {
  static readonly OPEN = 1;
  static last: Line;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readyState = Line.OPEN;
  readonly sent: { type: string; id: number }[] = [];
  constructor() {
    Line.last = this;
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data) as { type: string; id: number });
  }
  close(): void {
    this.readyState = 3;
  }
  says(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  opens(of: Conversation): void {
    this.onopen?.();
    this.says({ type: "welcome", session_id: "s1", resumed: false, server_time: Date.now(), heartbeat_ms: 10_000 });
    this.says([1, { type: "customer.snapshot", server_time: 0, customer: null, conversation: of, queue: null, agent: null }]);
  }
}

beforeEach(() => {
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("location", { href: "https://shop.example/" });
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function scene(memory = memoryOf("demo", null)) {
  const onForget = vi.fn<(elsewhere: boolean) => void>();
  memory.rememberVisitor({ visitor_id: "v1", customer_id: "p1", token: "secret" });
  const chat = new Chat({ base: "https://usher.example/", account: "demo", memory, onChange: () => undefined, onForget, onMessage: () => undefined });
  chat.resume();
  Line.last.opens(conversation([message(1)]));
  return { chat, memory, onForget };
}

test("who signs out leaves nothing on the screen and in the browser, not even what was not sent", async () => {
  const { chat, memory, onForget } = scene();
  chat.say("my bank account is 42");
  const listing = chat.listPast();
  await vi.waitFor(() => expect(Line.last.sent.map(({ type }) => type)).toContain("conversations.list"), { timeout: 30_000 });
  const { id } = Line.last.sent.find(({ type }) => type === "conversations.list") ?? {};
  Line.last.says({ type: "ok", id, result: { type: "listed", conversations: [conversation([message(1)])] } });
  await listing;
  expect(chat.past).toHaveLength(1);

  chat.forget();
  expect(onForget).toHaveBeenCalledOnce();
  expect(chat).toMatchObject({ state: BLANK, outbox: [], past: null, trouble: "" });
  expect(memory.outbox()).toEqual([]);
  expect(memory.visitor()).toBeNull();
  expect(Line.last.readyState).not.toBe(Line.OPEN);
});

test("who signed out in another tab is gone here too, and the next one it already knows stays", () => {
  const stored = new Map<string, string>();
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  } as unknown as Storage;
  const { chat, memory, onForget } = scene(memoryOf("demo", storage));
  memory.rememberVisitor({ visitor_id: "v2", customer_id: "p2", token: "another" });

  chat.forget(true);
  expect(onForget).toHaveBeenCalledWith(true);
  expect(chat).toMatchObject({ state: BLANK, outbox: [] });
  expect(memory.visitor()?.token).toBe("another");
});

test("earlier messages that come when others are known by then leave no gap", async () => {
  const { chat } = scene();
  Line.last.says([2, { type: "conversation.started", conversation: conversation([message(100), message(101)], { more: true }) }]);
  const [asked] = [chat.state.conversation];
  const fetching = asked && chat.older(asked);
  Line.last.says([3, { type: "conversation.started", conversation: conversation([message(150), message(151)], { more: true }) }]);
  const { id } = Line.last.sent.find(({ type }) => type === "messages.fetch") ?? {};
  Line.last.says({ type: "ok", id, result: { type: "messages", messages: [message(98), message(99)], more: true } });
  await fetching;
  expect(chat.state.conversation?.messages.map(({ n }) => n)).toEqual([150, 151]);
});
