import type { StaffEvent, StaffSnapshot } from "@usher/protocol";
import { describe, expect, test } from "vitest";

import { reduce } from "../../src/state/reduce";
import { nothing } from "../../src/state/state";
import { assignment, call, conversation, me, message, offer, snapshot, told } from "./samples";

/** The law of the protocol, seen from the client: old state + events = the state fetched anew. */
const HISTORIES: readonly { name: string; before: StaffSnapshot; events: StaffEvent[]; after: StaffSnapshot }[] = [
  {
    name: "an offer rings and is accepted",
    before: snapshot(),
    events: [
      { type: "offer.created", offer: offer("ann") },
      { type: "load.changed", units_held: 25, units_limit: 100 },
      { type: "offer.closed", offer_id: "o-ann-1", outcome: "accepted", reason: "" },
      { type: "item.assigned", assignment: assignment("ann", [message("ann", 1)]) },
    ],
    after: snapshot({ me: { ...me, units_held: 25 }, assignments: [assignment("ann", [message("ann", 1)])] }),
  },
  {
    name: "an offer is missed and the status changes",
    before: snapshot({ offers: [offer("ann"), offer("ben")] }),
    events: [
      { type: "offer.closed", offer_id: "o-ann-1", outcome: "expired", reason: "" },
      { type: "presence.changed", status: "away", status_since: 90, reachability: "connected", reason: "missed_offer", by: null, status_by: null, next_status: "" },
    ],
    after: snapshot({
      me: { ...me, status: "away", status_since: 90, status_reason: "missed_offer" },
      offers: [offer("ben")],
    }),
  },
  {
    name: "a conversation goes on, is read, and ends in wrap-up",
    before: snapshot({ assignments: [assignment("ann", [message("ann", 1)])] }),
    events: [
      { type: "message.created", message: message("ann", 2, { author: "agent", author_id: "anna" }) },
      { type: "typing.shown", conversation_id: "c-ann", author_name: "ann", for_ms: 4_000 },
      { type: "message.created", message: message("ann", 3) },
      {
        type: "receipts.changed",
        conversation_id: "c-ann",
        receipts: { customer_delivered_n: 2, customer_read_n: 2, agent_delivered_n: 3, agent_read_n: 3 },
      },
      { type: "customer.presence", conversation_id: "c-ann", online: false },
      { type: "conversation.closed", conversation_id: "c-ann", closed_at: 50, by: "agent" },
      { type: "item.wrap_up", work_item_id: "w-ann", until: 110 },
      { type: "conversation.rated", conversation_id: "c-ann", rating: 5 },
    ],
    after: snapshot({
      assignments: [
        assignment("ann", [], {
          state: "wrap_up",
          wrap_up_until: 110,
          customer_online: false,
          conversation: conversation(
            "ann",
            [message("ann", 1), message("ann", 2, { author: "agent", author_id: "anna" }), message("ann", 3)],
            {
              state: "closed",
              closed_at: 50,
              rating: 5,
              receipts: { customer_delivered_n: 2, customer_read_n: 2, agent_delivered_n: 3, agent_read_n: 3 },
            },
          ),
        }),
      ],
    }),
  },
  {
    name: "one of two items is transferred away",
    before: snapshot({ assignments: [assignment("ann", []), assignment("ben", [], { accepted_at: 30 })] }),
    events: [{ type: "item.closed", work_item_id: "w-ann", reason: "transferred" }],
    after: snapshot({ assignments: [assignment("ben", [], { accepted_at: 30 })] }),
  },
  {
    name: "an item accepted in another tab takes its place by the time of acceptance",
    before: snapshot({ assignments: [assignment("ben", [], { accepted_at: 30 })] }),
    events: [{ type: "item.assigned", assignment: assignment("ann", [], { accepted_at: 20 }) }],
    after: snapshot({ assignments: [assignment("ann", [], { accepted_at: 20 }), assignment("ben", [], { accepted_at: 30 })] }),
  },
  {
    name: "a call is held, told of out of order, and another ends",
    before: snapshot({ calls: [call("ann", 3), call("ben", 5)] }),
    events: [
      { type: "call.changed", call: call("ann", 5, { state: "held" }) },
      { type: "call.changed", call: call("ann", 4) },
      { type: "call.closed", call_id: "call-ben", version: 6, outcome: "answered", notice: "" },
    ],
    after: snapshot({ calls: [call("ann", 5, { state: "held" })] }),
  },
];

describe("old state + events = the state fetched anew", () => {
  test.each(HISTORIES)("$name", ({ before, events, after }) => {
    const lived = [before, ...events].reduce(reduce, nothing);
    const fetched = reduce(nothing, after);
    expect(told(lived)).toEqual(told(fetched));
  });

  test.each(HISTORIES)("$name, heard twice, changes nothing more", ({ before, events, after }) => {
    // A resume may overlap: what is delivered again is the same thing. Presence and load are whole values anyway.
    const repeatable = events.filter((event) => event.type !== "offer.created" && event.type !== "item.assigned");
    const lived = [before, ...events, ...repeatable].reduce(reduce, nothing);
    expect(told(lived)).toEqual(told(reduce(nothing, after)));
  });
});

test("a snapshot forgets what is not in it", () => {
  const full = reduce(nothing, snapshot({ offers: [offer("ann")], assignments: [assignment("ben", [message("ben", 1)])] }));
  expect(told(reduce(full, snapshot()))).toEqual(told(reduce(nothing, snapshot())));
});

test("events about unknown things leave the very same state", () => {
  const state = reduce(nothing, snapshot());
  const strange: StaffEvent[] = [
    { type: "offer.closed", offer_id: "o-x", outcome: "rescinded", reason: "" },
    { type: "item.paused", work_item_id: "w-x", units: 0 },
    { type: "item.resumed", work_item_id: "w-x" },
    { type: "item.wrap_up", work_item_id: "w-x", until: 1 },
    { type: "item.closed", work_item_id: "w-x", reason: "completed" },
    { type: "message.created", message: message("x", 1) },
    { type: "message.changed", message: message("x", 1) },
    { type: "delivery.changed", conversation_id: "c-x", n: 1, delivery: { state: "sent", reason: "" } },
    { type: "customer.presence", conversation_id: "c-x", online: true },
    { type: "call.closed", call_id: "call-x", version: 1, outcome: "answered", notice: "" },
    { type: "board.changed", agents: [], agents_removed: ["x"], queues: [] },
  ];
  for (const event of strange) expect(reduce(state, event)).toBe(state);
});
