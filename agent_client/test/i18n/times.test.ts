import { expect, test } from "vitest";

import { dayName, duration, timeOrDate } from "../../src/i18n/times";

const DAY = 86_400_000;

test("a day is called by its date, whatever lengths of time were told before", () => {
  const now = Date.UTC(2026, 10, 22, 12);
  expect(duration(3 * DAY)).toBe("3d");
  expect(dayName(now - 3 * DAY, now)).toMatch(/Thursday/);
  expect(duration(2 * DAY)).toBe("2d");
});

test("a moment is told by no more than is needed", () => {
  const now = Date.UTC(2026, 10, 22, 12);
  expect(timeOrDate(now - 3_600_000, now)).toMatch(/^\d+:00 [AP]M$/);
  expect(timeOrDate(now - 3 * DAY, now)).toBe("Nov 19");
  expect(timeOrDate(now - 400 * DAY, now)).toBe("Oct 18, 2025");
});
