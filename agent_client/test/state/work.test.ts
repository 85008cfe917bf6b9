import { expect, test } from "vitest";

import { reduce } from "../../src/state/reduce";
import { nothing } from "../../src/state/state";
import { unansweredSince, unreadCount } from "../../src/state/unread";
import { receiveOlder } from "../../src/state/work";
import { assignment, conversation, message, snapshot } from "./samples";

const holding = reduce(nothing, snapshot({ assignments: [assignment("ann", [message("ann", 5)])] }));

const places = (state: typeof holding): number[] => state.assignments[0]?.conversation.messages.map((one) => one.n) ?? [];

test("older messages come before, each once, in their places", () => {
  const messages = [message("ann", 3), message("ann", 4), message("ann", 5)];
  const state = receiveOlder(holding, "c-ann", { beforeN: 5, messages, more: true });
  expect(places(state)).toEqual([3, 4, 5]);
  expect(state.assignments[0]?.conversation.more).toBe(true);
});

test("older messages that come when a snapshot has others by then leave no gap", () => {
  const fresh = reduce(holding, snapshot({ assignments: [assignment("ann", [message("ann", 60)])] }));
  expect(receiveOlder(fresh, "c-ann", { beforeN: 5, messages: [message("ann", 4)], more: false })).toEqual(fresh);
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
    in_progress: 0, paused: 0, alerts: 0, alerted: [],
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

test("what is read along follows the events of its conversation, and outlives a snapshot until it is asked for again", () => {
  const found = { work_item_id: "w-bo", conversation: conversation("bo", [message("bo", 1)]), customer: assignment("bo", []).work_item.customer };
  const reading = { ...holding, monitored: found };
  const said = reduce(reading, { type: "message.created", message: message("bo", 2) });
  expect(said.monitored?.conversation.messages.map((one) => one.n)).toEqual([1, 2]);
  expect(said.assignments).toBe(holding.assignments);
  const closed = reduce(said, { type: "conversation.closed", conversation_id: "c-bo", closed_at: 9, by: "agent" });
  expect(closed.monitored?.conversation.state).toBe("closed");
  expect(reduce(closed, snapshot()).monitored).toBe(closed.monitored);
  expect(reduce(reading, { type: "message.created", message: message("ann", 6) }).monitored).toBe(found);
});
