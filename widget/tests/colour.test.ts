import fc from "fast-check";
import { expect, test } from "vitest";
import { accentOn, contrast, TEXT_CONTRAST } from "../src/app/colour";

const colours = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);

test("contrast is that of WCAG", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test("whatever accent a site chose, text on it and in it can be read", () => {
  fc.assert(
    fc.property(colours, fc.constantFrom("#ffffff", "#1c1e1d"), (accent, surface) => {
      const { fill, onFill, text } = accentOn(accent, surface);
      expect(fill).toBe(accent);
      expect(contrast(fill, onFill)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
      expect(contrast(text, surface)).toBeGreaterThanOrEqual(TEXT_CONTRAST);
    }),
    { numRuns: 2_000 },
  );
});

test("an accent that can be read as it is stays as it is", () => {
  expect(accentOn("#2f6b4f", "#ffffff").text).toBe("#2f6b4f");
});
