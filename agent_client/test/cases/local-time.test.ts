import { expect, test } from "vitest";

import { localTime, timeOf } from "../../src/cases/local-time";

test("a time written for a field and read again is the same minute, on both sides of a change of the clock", () => {
  for (const at of [Date.UTC(2026, 2, 29, 0, 59), Date.UTC(2026, 2, 29, 1, 1), Date.UTC(2026, 6, 1, 22, 30), Date.UTC(2027, 0, 15, 8)])
    expect(timeOf(localTime(at))).toBe(at);
});

test("what says no time is none", () => {
  expect(timeOf("")).toBeNull();
  expect(timeOf("tomorrow")).toBeNull();
});
