import { expect, test } from "vitest";

import { reduce } from "../../src/state/reduce";
import { nothing } from "../../src/state/state";
import { unansweredSince, unreadCount } from "../../src/state/unread";
import { receiveOlder } from "../../src/state/work";
import { assignment, conversation, message, snapshot } from "./samples";

const holding = reduce(nothing, snapshot({ assignments: [assignment("ann", [message("ann", 5)])] }));

const places = (state: typeof holding): number[] => state.assignments[0]?.conversation.messages.map((one) => one.n) ?? [];

test("older messages come before, each once, in their places", () => {
  const older = [message("ann", 3), message("ann", 4), message("ann", 5)];
  const state = receiveOlder(holding, "c-ann", older, true);
  expect(places(state)).toEqual([3, 4, 5]);
  expect(state.assignments[0]?.conversation.more).toBe(true);
});

test("a message that is there already changes nothing", () => {
  const state = reduce(holding, { type: "message.created", message: message("ann", 5, { text: "again" }) });
  expect(state.assignments[0]?.conversation).toEqual(holding.assignments[0]?.conversation);
});

test("an answer of the customer ends the sign that they type, one of mine does not", () => {
  const typing = reduce(holding, { type: "typing.shown", conversation_id: "c-ann", author_name: "ann", for_ms: 1 });
  const mine = reduce(typing, { type: "message.created", message: message("ann", 6, { author: "agent" }) });
  expect(mine.typing).toHaveProperty("c-ann");
  expect(reduce(mine, { type: "message.created", message: message("ann", 7) }).typing).toEqual({});
});

test("unread are the customer's messages after what I read", () => {
  const messages = [message("ann", 1), message("ann", 2, { author: "agent" }), message("ann", 3), message("ann", 4)];
  const receipts = { customer_delivered_n: 0, customer_read_n: 0, agent_delivered_n: 4, agent_read_n: 3 };
  expect(unreadCount(conversation("ann", messages, { receipts }))).toBe(1);
});

test("a customer waits from their first unanswered word; notes and system lines are no answers", () => {
  const asked = [message("ann", 1), message("ann", 2, { author: "agent" }), message("ann", 3), message("ann", 4)];
  expect(unansweredSince(assignment("ann", asked))).toBe(3_000);
  const noted = [...asked, message("ann", 5, { author: "agent", kind: "note" }), message("ann", 6, { author: "system", kind: "system" })];
  expect(unansweredSince(assignment("ann", noted))).toBe(3_000);
  expect(unansweredSince(assignment("ann", [...noted, message("ann", 7, { author: "agent" })]))).toBeNull();
});

test("board entries that did not change keep their identity", () => {
  const queue = {
    name: "orders",
    label: "Orders",
    waiting: 0,
    offered: 0,
    in_progress: 0, paused: 0, alerts: 0,
    longest_enqueued_at: null,
    waiting_by_age: [0, 0, 0, 0, 0],
    expected_wait_ms: null,
    service_level: null,
    service_level_ms: 20_000,
    service_level_variant: "abandoned_after_t" as const,
    told_waits: null,
    answered: 0,
    abandoned: 0,
    agents_eligible: 0,
    agents_free: 0,
  };
  const first = reduce(nothing, { type: "board.snapshot", agents: [], queues: [queue, { ...queue, name: "sales" }] });
  const second = reduce(first, { type: "board.changed", agents: [], agents_removed: [], queues: [{ ...queue, waiting: 1 }] });
  expect(second.board?.queues.get("orders")?.waiting).toBe(1);
  expect(second.board?.queues.get("sales")).toBe(first.board?.queues.get("sales"));
  expect(second.board?.agents).toBe(first.board?.agents);
});
