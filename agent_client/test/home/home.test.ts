import type { OpenCases } from "@usher/protocol";
import { expect, test } from "vitest";

import { byType, MOST_ROWS } from "../../src/home/rows";
import { place, reached, upTo } from "../../src/home/scale";

const count = (case_type: string, priority: OpenCases["priority"], many: number): OpenCases => ({ case_type, label: case_type.toUpperCase(), priority, count: many });

test("a gauge begins at its start, ends at its end, and nothing leaves it", () => {
  const stars = { from: 1, to: 5, less: false };
  expect([1, 3, 5, 0, 9].map((value) => place(value, stars))).toEqual([0, 0.5, 1, 0, 1]);
});

test("a time is measured to twice its target, or past the longest that is shown", () => {
  expect(upTo({ mine: 50, team: 10, target: 30 }).to).toBe(60);
  expect(upTo({ mine: 40, team: 80, target: null }).to).toBe(100);
  expect(upTo({ mine: null, team: null, target: null }).to).toBeGreaterThan(0);
});

test("on target is at it or better, whichever way is better, and nothing is said of nothing", () => {
  const side = (mine: number | null, target: number | null): Parameters<typeof reached>[0] => ({ mine, target, team: null });
  expect(reached(side(30, 30), true)).toBe(true);
  expect(reached(side(31, 30), true)).toBe(false);
  expect(reached(side(4.4, 4.5), false)).toBe(false);
  expect(reached(side(4.6, 4.5), false)).toBe(true);
  expect(reached(side(null, 30), true)).toBeNull();
  expect(reached(side(30, null), true)).toBeNull();
});

test("cases are counted by type, most first, each with its priorities", () => {
  expect(byType([count("a", "low", 1), count("b", "urgent", 2), count("b", "low", 3)])).toEqual([
    { key: "b", label: "B", of: { urgent: 2, high: 0, normal: 0, low: 3 }, total: 5 },
    { key: "a", label: "A", of: { urgent: 0, high: 0, normal: 0, low: 1 }, total: 1 },
  ]);
});

test("of three hundred types the most frequent have a bar, the others share the last, and none is lost", () => {
  const rows = byType(Array.from({ length: 300 }, (_, n) => count(`t${n}`, n % 2 ? "high" : "normal", 300 - n)));
  expect(rows.length).toBe(MOST_ROWS);
  expect(rows.at(-1)?.key).toBeNull();
  expect(rows.reduce((sum, { total }) => sum + total, 0)).toBe((300 * 301) / 2);
  expect(rows.every(({ of, total }) => of.urgent + of.high + of.normal + of.low === total)).toBe(true);
});
