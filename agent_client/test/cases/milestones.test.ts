import { expect, test } from "vitest";

import { dueOf, nextMilestone, standingOf } from "../../src/state/milestones";
import { aCase, milestone, MINUTE, NOW } from "./samples";

test("a running clock counts down to its deadline and is late from the very moment it is over", () => {
  const one = milestone({ due_at: NOW });
  expect(standingOf(milestone(), NOW)).toEqual({ is: "running", ms: 60 * MINUTE });
  expect(standingOf(one, NOW - 1)).toEqual({ is: "closing", ms: 1 });
  expect(standingOf(one, NOW)).toEqual({ is: "late", ms: 0 });
  expect(standingOf(one, NOW + 90_000)).toEqual({ is: "late", ms: 90_000 });
});

test("the last fifth of the time, or the warning, says that it is closing", () => {
  const one = milestone({ started_at: NOW, due_at: NOW + 100 * MINUTE });
  expect(standingOf(one, NOW + 79 * MINUTE).is).toBe("running");
  expect(standingOf(one, NOW + 80 * MINUTE).is).toBe("closing");
  expect(standingOf({ ...one, warn_at: NOW + 10 * MINUTE }, NOW + 10 * MINUTE).is).toBe("closing");
});

test("a paused clock stands still at what is left of it", () => {
  const one = milestone({ state: "paused", due_at: null, remaining_ms: 5 * MINUTE });
  expect(standingOf(one, NOW)).toEqual({ is: "paused", ms: 5 * MINUTE });
  expect(standingOf(one, NOW + 1_000 * MINUTE)).toEqual({ is: "paused", ms: 5 * MINUTE });
});

test("what is met says whether it was in time", () => {
  expect(standingOf(milestone({ state: "met" }), NOW).is).toBe("met");
  expect(standingOf(milestone({ state: "met", late: true }), NOW).is).toBe("met_late");
  expect(standingOf(milestone({ state: "ended" }), NOW).is).toBe("ended");
});

test("the next milestone is what is due first; a paused one only when nothing runs", () => {
  const later = milestone({ name: "resolution", due_at: NOW + 100 * MINUTE });
  const paused = milestone({ name: "next_response", state: "paused", due_at: null });
  const missed = milestone({ name: "first_response", state: "missed", due_at: NOW - MINUTE });
  expect(nextMilestone({ milestones: [later, paused, missed] })).toBe(missed);
  expect(nextMilestone({ milestones: [paused, later] })).toBe(later);
  expect(nextMilestone({ milestones: [paused] })).toBe(paused);
  expect(nextMilestone({ milestones: [milestone({ state: "met" })] })).toBeNull();
  expect(dueOf(aCase(1, { milestones: [paused] }))).toBe(Infinity);
});
