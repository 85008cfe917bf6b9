import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("../../src/style/tokens.css", import.meta.url), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [name, { light, dark }]),
);

/** Relative luminance and contrast by WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function colour(name: string, scheme: "light" | "dark"): string {
  const token = tokens.get(name)?.[scheme];
  if (token === undefined) throw new Error(`no colour token --${name}`);
  return token;
}

const TEXT = 4.5;
const SIGN = 3;
const GROUNDS = ["ground", "surface", "raised", "sunken", "hover", "bubble"];
const PAIRS: readonly [string, string, number][] = [
  ...GROUNDS.flatMap((ground): [string, string, number][] => [
    ["text", ground, TEXT],
    ["faint", ground, TEXT],
    ["accent", ground, TEXT],
    ["warn", ground, TEXT],
    ["bad", ground, TEXT],
    ["good", ground, SIGN],
    ["edge", ground, SIGN],
  ]),
  ["on-accent", "accent", TEXT],
  ["on-accent", "accent-hover", TEXT],
  ["on-accent-soft", "accent-soft", TEXT],
  ["text", "accent-soft", TEXT],
  ["accent", "accent-soft", TEXT],
  ["text", "note", TEXT],
  ["faint", "note", TEXT],
  ["text", "warn-soft", TEXT],
  ["warn", "warn-soft", TEXT],
  ["text", "bad-soft", TEXT],
  ["faint", "bad-soft", TEXT],
  ["bad", "bad-soft", TEXT],
];

describe.each(["light", "dark"] as const)("in the %s theme", (scheme) => {
  test.each(PAIRS)("%s on %s can be read", (front, ground, least) => {
    expect(contrast(colour(front, scheme), colour(ground, scheme))).toBeGreaterThanOrEqual(least);
  });
});
