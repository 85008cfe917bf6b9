import { expect, test } from "vitest";

import { dayName, duration } from "../../src/i18n/times";

const DAY = 86_400_000;

test("a day is called by its date, whatever lengths of time were told before", () => {
  const now = Date.UTC(2026, 10, 22, 12);
  expect(duration(3 * DAY)).toBe("3d");
  expect(dayName(now - 3 * DAY, now)).toMatch(/Thursday/);
  expect(duration(2 * DAY)).toBe("2d");
});
