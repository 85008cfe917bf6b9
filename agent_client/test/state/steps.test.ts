import type { Step } from "@usher/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";

import { reduce } from "../../src/state/reduce";
import { nothing, type State } from "../../src/state/state";
import { CONVERSATIONS_KEPT, dueOf, lengthOf, quotable, receiveSteps, withWords } from "../../src/state/steps";
import { message, snapshot } from "./samples";

const WAREHOUSE = { key: "warehouse", label: "Warehouse", due_s: 3_600 };

function step(key: string, change: Partial<Step> = {}): Step {
  return {
    step_id: `step-${key}`,
    conversation_id: "c-ann",
    department: "warehouse",
    subject: "A pane",
    excerpt: "The greenhouse lacks one pane.",
    state: "open",
    owner_name: "",
    opened_at: 10,
    due_at: 1_000,
    changed_at: 10,
    reminders: 0,
    posted: false,
    ...change,
  };
}

const changed = (one: Step) => ({ type: "step.changed", step: one }) as const;
const fetched = (steps: Step[], state: State = nothing): State => receiveSteps(state, "c-ann", steps, [WAREHOUSE]);
const stepsOf = (state: State): readonly Step[] => state.steps.get("c-ann") ?? [];

test("a change is a step's new state, and a new step comes after the older ones", () => {
  const state = [changed(step("one", { state: "taken", changed_at: 20 })), changed(step("two", { opened_at: 15 }))].reduce(
    reduce,
    fetched([step("one")]),
  );
  expect(stepsOf(state).map((one) => [one.step_id, one.state])).toEqual([
    ["step-one", "taken"],
    ["step-two", "open"],
  ]);
});

test("a step of a conversation whose steps were not fetched is left aside", () => {
  expect(reduce(nothing, changed(step("one")))).toBe(nothing);
});

test("whatever the order, an answer and the events beside it come to the same", () => {
  const history = [
    step("one"),
    step("one", { posted: true }),
    step("one", { state: "taken", owner_name: "Wanda", changed_at: 20, posted: true }),
    step("one", { state: "done", owner_name: "Wanda", changed_at: 30, posted: true, reminders: 1 }),
  ];
  const last = history.at(-1);
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), fc.integer({ min: 0, max: 3 }), (order, asked) => {
      const heard = order.map((at) => history[at]).filter((one) => one !== undefined);
      const before = fetched([step("one")]);
      const half = heard.slice(0, asked).map(changed).reduce(reduce, before);
      const answered = fetched([history[asked] ?? step("one")], half);
      const after = heard.slice(asked).map(changed).reduce(reduce, answered);
      expect(stepsOf(after)).toEqual([last]);
    }),
  );
});

test("a step that opened while the answer was on its way is not lost by it", () => {
  const state = fetched([step("one")], reduce(fetched([step("one")]), changed(step("two", { opened_at: 20 }))));
  expect(stepsOf(state).map((one) => one.step_id)).toEqual(["step-one", "step-two"]);
});

test("a snapshot keeps what was fetched", () => {
  expect(stepsOf(reduce(fetched([step("one")]), snapshot()))).toHaveLength(1);
});

test("the steps of the conversation fetched longest ago are let go", () => {
  let state = fetched([step("one")]);
  for (let n = 1; n < CONVERSATIONS_KEPT; n++) state = receiveSteps(state, `c-${n}`, [], [WAREHOUSE]);
  expect(state.steps.has("c-ann")).toBe(true);
  const again = receiveSteps(fetched([step("one")], state), "c-new", [], [WAREHOUSE]);
  expect([again.steps.size, again.steps.has("c-ann"), again.steps.has("c-1")]).toEqual([CONVERSATIONS_KEPT, true, false]);
  expect(receiveSteps(state, "c-new", [], [WAREHOUSE]).steps.has("c-ann")).toBe(false);
});

test("a step is overdue from its time on, and no clock runs once it is over", () => {
  expect([dueOf(step("one"), 999), dueOf(step("one"), 1_000)]).toEqual(["in_time", "overdue"]);
  expect([dueOf(step("one", { state: "info_needed" }), 1_001), dueOf(step("one", { state: "done" }), 1_001)]).toEqual(["overdue", null]);
  expect(dueOf(step("one", { state: "cancelled" }), 1)).toBeNull();
});

test("what was said can be quoted, newest first; notes and what has no words cannot", () => {
  const said = [message("ann", 1), message("ann", 2, { kind: "note" }), message("ann", 3, { text: " " }), message("ann", 4)];
  expect(quotable(said).map((one) => one.n)).toEqual([4, 1]);
});

test("a quoted message brings its words and not its author", () => {
  const said = message("ann", 1, { text: "My pane is broken" });
  expect(withWords("", said)).toBe("My pane is broken");
  expect(withWords("Please look:\n", said)).toBe("Please look:\n\nMy pane is broken");
});

test("length counts characters as the server does", () => {
  expect(lengthOf("a🌱é")).toBe(3);
});
