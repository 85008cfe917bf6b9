import type { Conversation, CustomerEvent, CustomerSnapshot } from "@usher/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLANK, reduce, unreadOf, withOlder, type State } from "../src/app/state";
import { conversation, message } from "./made";

const NOW = 1_700_000_100_000;
const card = { customer_id: "p1", name: "Ann", email: "", language: "en" };
const snapshot = (of: Conversation | null, facts: Partial<CustomerSnapshot> = {}): CustomerSnapshot => ({
  type: "customer.snapshot",
  server_time: NOW,
  customer: card,
  conversation: of,
  queue: null,
  agent: null,
  ...facts,
});
const after = (state: State, ...events: CustomerEvent[]): State => events.reduce((s, e) => reduce(s, e, NOW), state);

describe("the law: old state and events are the state of a fresh snapshot", () => {
  /** A server's own view of the one conversation, told to the widget event by event. */
  const steps = fc.array(fc.constantFrom("say", "hear", "queue", "join", "leave", "read", "close", "rate", "start"), {
    maxLength: 40,
  });

  test("for every history", () => {
    fc.assert(
      fc.property(steps, fc.nat({ max: 40 }), (history, cut) => {
        let truth = snapshot(conversation([message(1)]));
        let state = after(BLANK, truth);
        history.forEach((step, i) => {
          const event = happened(truth, step, i);
          if (!event) return;
          truth = told(truth, event);
          state = after(state, event);
          if (i === cut) state = after(state, truth);
        });
        expect(state).toEqual(after(BLANK, truth));
      }),
    );
  });

  function happened(truth: CustomerSnapshot, step: string, i: number): CustomerEvent | null {
    const current = truth.conversation;
    if (!current) return null;
    const conversation_id = current.conversation_id;
    if (step === "start" && current.state === "closed") {
      const started = conversation([message(1, { conversation_id: `c${i + 2}` })], { conversation_id: `c${i + 2}` });
      return { type: "conversation.started", conversation: started };
    }
    if (step === "rate" && current.state === "closed") return { type: "conversation.rated", conversation_id, rating: 4 };
    if (current.state === "closed") return null;
    const n = current.last_n + 1;
    switch (step) {
      case "say":
        return { type: "message.created", message: message(n, { conversation_id }) };
      case "hear":
        return { type: "message.created", message: message(n, { conversation_id, author: "agent" }) };
      case "queue":
        return truth.agent
          ? null
          : { type: "queue.changed", conversation_id, queue: { position: i, expected_wait_p50_ms: null, expected_wait_p90_ms: null } };
      case "join":
        return { type: "agent.changed", conversation_id, agent: { name: `agent ${i}` } };
      case "leave":
        return { type: "agent.changed", conversation_id, agent: null };
      case "read":
        return { type: "receipts.changed", conversation_id, receipts: { ...current.receipts, agent_read_n: current.last_n } };
      case "close":
        return { type: "conversation.closed", conversation_id, closed_at: NOW, by: "agent" };
      default:
        return null;
    }
  }

  /** Written apart from the reducer: what a server that keeps plain facts would say next. */
  function told(truth: CustomerSnapshot, event: CustomerEvent): CustomerSnapshot {
    const current = truth.conversation;
    if (!current) return truth;
    if (event.type === "conversation.started") return snapshot(event.conversation);
    if (event.type === "message.created")
      return { ...truth, conversation: { ...current, messages: [...current.messages, event.message], last_n: event.message.n } };
    if (event.type === "queue.changed") return { ...truth, queue: event.queue };
    if (event.type === "agent.changed") return { ...truth, agent: event.agent, queue: event.agent ? null : truth.queue };
    if (event.type === "receipts.changed") return { ...truth, conversation: { ...current, receipts: event.receipts } };
    if (event.type === "conversation.rated") return { ...truth, conversation: { ...current, rating: event.rating } };
    return { ...truth, queue: null, agent: null, conversation: { ...current, state: "closed", closed_at: NOW } };
  }
});

test("a message that comes twice is shown once", () => {
  const event: CustomerEvent = { type: "message.created", message: message(2) };
  const state = after(BLANK, snapshot(conversation([message(1)])), event, event);
  expect(state.conversation?.messages.map((m) => m.n)).toEqual([1, 2]);
});

test("events of another conversation change nothing", () => {
  const state = after(BLANK, snapshot(conversation([message(1)])));
  expect(after(state, { type: "message.created", message: message(9, { conversation_id: "other" }) })).toEqual(state);
  expect(after(state, { type: "agent.changed", conversation_id: "other", agent: { name: "X" } })).toBe(state);
});

test("earlier messages stay when a snapshot joins them, and go when there may be a gap", () => {
  const newest = conversation([message(8), message(9)], { more: true });
  const older = after(BLANK, snapshot(withOlder(newest, 8, [message(6), message(7)], false)));
  const joined = after(older, snapshot(conversation([message(9), message(10)], { more: true })));
  expect(joined.conversation?.messages.map((m) => m.n)).toEqual([6, 7, 8, 9, 10]);
  expect(joined.conversation?.more).toBe(false);
  const apart = after(older, snapshot(conversation([message(30)], { more: true })));
  expect(apart.conversation?.messages.map((m) => m.n)).toEqual([30]);
  expect(apart.conversation?.more).toBe(true);
});

test("typing ends when its author has written", () => {
  const typing: CustomerEvent = { type: "typing.shown", conversation_id: "c1", author_name: "M", for_ms: 4_000 };
  const state = after(BLANK, snapshot(conversation([message(1)])), typing);
  expect(state.typing).toEqual({ name: "M", until: NOW + 4_000 });
  expect(after(state, { type: "message.created", message: message(2, { author: "agent" }) }).typing).toBeNull();
  expect(after(state, { type: "message.created", message: message(2) }).typing).not.toBeNull();
});

test("only texts of others after the last one read are unread", () => {
  const of = conversation(
    [message(1), message(2, { author: "agent" }), message(3, { author: "agent" }), message(4, { kind: "system", author: "agent" })],
    { receipts: { customer_delivered_n: 4, customer_read_n: 2, agent_delivered_n: 0, agent_read_n: 0 } },
  );
  expect(unreadOf(of)).toBe(1);
  expect(unreadOf(null)).toBe(0);
});
