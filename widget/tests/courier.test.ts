import { CommandError, type AnyResult } from "@usher/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Courier } from "../src/app/courier";
import { memoryOf } from "../src/app/memory";
import type { Outgoing } from "../src/app/outbox";
import { message } from "./made";

const SENT: AnyResult = { type: "sent", n: 2, at: 0 };

/** A server that refuses the next sends with these codes. */
function scene(refusals: (string | CommandError)[] = []) {
  const carried: Outgoing[] = [];
  const memory = memoryOf("demo", null);
  const link = { up: true };
  const courier = new Courier({
    memory,
    ready: () => Promise.resolve(link.up),
    send: (one) => {
      const refusal = refusals.shift();
      if (refusal) return Promise.reject(refusal instanceof CommandError ? refusal : new CommandError(refusal as "unavailable", ""));
      carried.push(one);
      return Promise.resolve(SENT);
    },
    onSent: () => undefined,
    onChange: () => undefined,
  });
  const write = (text: string): void => courier.take({ conversation_id: "c1", opening: null, text });
  return { courier, memory, carried, link, write };
}
const texts = (messages: readonly Outgoing[]): string[] => messages.map(({ text }) => text);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("messages arrive in the order they were written, also when the first is refused for a moment", async () => {
  const { carried, write } = scene(["unavailable", "too_many_requests"]);
  write("one");
  write("two");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(texts(carried)).toEqual(["one", "two"]);
});

test("a server that stays busy is given up after five times, and asked again when a connection comes", async () => {
  const { courier, carried, write } = scene(Array.from({ length: 6 }, () => "unavailable"));
  write("one");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(courier.outbox.map(({ failed }) => failed)).toEqual(["busy"]);
  courier.wake();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(texts(carried)).toEqual(["one"]);
});

test("one that will never be taken does not hold up the next", async () => {
  const { courier, carried, write } = scene(["bad_text"]);
  write("one");
  write("two");
  await vi.advanceTimersByTimeAsync(0);
  expect(texts(carried)).toEqual(["two"]);
  expect(courier.outbox.map(({ failed }) => failed)).toEqual(["refused", ""]);
});

test("a second first message goes into the conversation that another tab has begun", async () => {
  const { courier, carried } = scene([new CommandError("conversation_open", "", { conversation_id: "c9" })]);
  courier.take({ conversation_id: null, opening: { language: "en" }, text: "one" });
  await vi.advanceTimersByTimeAsync(0);
  expect(carried).toMatchObject([{ conversation_id: "c9", opening: null, text: "one" }]);
});

test("an acknowledged message is not sent again, is forgotten by the browser, and shown until it has arrived", async () => {
  const { courier, memory, carried, write } = scene();
  write("one");
  await vi.advanceTimersByTimeAsync(0);
  courier.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(carried).toHaveLength(1);
  expect(memory.outbox()).toEqual([]);
  expect(texts(courier.outbox)).toEqual(["one"]);
  courier.arrived([message(2, { client_id: carried[0]?.client_id ?? "" })]);
  expect(courier.outbox).toEqual([]);
});

test("an unanswered message stays in the browser's memory and keeps its client_id", async () => {
  const { courier, memory, carried, link, write } = scene();
  link.up = false;
  write("one");
  await vi.advanceTimersByTimeAsync(0);
  const [kept] = memory.outbox();
  expect(kept?.text).toBe("one");
  link.up = true;
  courier.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(carried[0]?.client_id).toBe(kept?.client_id);
});

test("two tabs do not overwrite each other's messages", () => {
  const shared = new Map<string, string>();
  const storage = new Proxy({} as Storage, {
    get: (_, name) =>
      ({
        getItem: (key: string) => shared.get(key) ?? null,
        setItem: (key: string, value: string) => shared.set(key, value),
        removeItem: (key: string) => shared.delete(key),
      })[name as string],
    ownKeys: () => [...shared.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
  const [one, other] = [memoryOf("demo", storage), memoryOf("demo", storage)];
  const blank = { text: "", conversation_id: null, opening: null, failed: "" } as const;
  one.keep({ ...blank, client_id: "a", at: 2 });
  other.keep({ ...blank, client_id: "b", at: 1 });
  memoryOf("another", storage).keep({ ...blank, client_id: "c", at: 1 });
  expect(one.outbox().map(({ client_id }) => client_id)).toEqual(["b", "a"]);
  one.forget();
  expect(other.outbox()).toEqual([]);
  expect(memoryOf("another", storage).outbox()).toHaveLength(1);
});

test("a message discarded while the way to the server is made is not sent", async () => {
  const { courier, memory, carried, write } = scene();
  write("never mind");
  const [written] = courier.outbox;
  if (written) courier.discard(written);
  write("hello");
  await vi.advanceTimersByTimeAsync(0);
  expect(texts(carried)).toEqual(["hello"]);
  expect(memory.outbox()).toEqual([]);
});

test("where storage is full, what was written last is what is read", () => {
  const full = { getItem: () => kept, setItem: () => { throw new DOMException("full", "QuotaExceededError"); }, removeItem: () => (kept = null) };
  let kept: string | null = "an older draft";
  const memory = memoryOf("demo", full as object as Storage);
  memory.setNote("draft", "a draft");
  expect(memory.note("draft")).toBe("a draft");
});
