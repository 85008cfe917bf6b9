import { describe, expect, test } from "vitest";
import type { Closed } from "../src/app/account";
import { de } from "../src/app/catalogue/de";
import { en } from "../src/app/catalogue/en";
import { pl } from "../src/app/catalogue/pl";
import { closedFor, closedWords } from "../src/app/closed";
import { wordsOf } from "../src/app/words";

const SUNDAY = new Date(2026, 10, 22, 12).getTime();
const MONDAY = new Date(2026, 10, 23, 8).getTime();
const shut = (change: Partial<Closed> = {}): Closed => ({ action: "message", opens_at: MONDAY, text: {}, ...change });

describe("when it is closed", () => {
  const words = wordsOf("en", en, "en-GB");

  test.each([
    [new Date(2026, 10, 22, 18), "We are closed. We open today 18:00."],
    [new Date(2026, 10, 23, 8), "We are closed. We open tomorrow 8:00."],
    [new Date(2026, 10, 25, 8, 30), "We are closed. We open Wednesday 8:30."],
    [new Date(2026, 11, 7, 8), "We are closed. We open Mon 7 December 8:00."],
  ])("the customer reads when it opens: %s", (at, said) => {
    expect(closedWords(shut({ opens_at: at.getTime() }), words, SUNDAY).replace(",", "")).toBe(said);
  });

  test("nothing is promised when the opening is not known", () => {
    expect(closedWords(shut({ opens_at: null }), words, SUNDAY)).toBe("We are closed.");
    expect(closedWords(shut({ opens_at: null, text: { en: "Gone fishing." } }), words, SUNDAY)).toBe("Gone fishing.");
  });

  test("the centre's own words come first, in the customer's language", () => {
    const text = { en: "It is a holiday.", pl: "Dziś święto." };
    expect(closedWords(shut({ text }), words, SUNDAY)).toBe("It is a holiday. We are closed. We open tomorrow 8:00.");
    expect(closedWords(shut({ text }), wordsOf("pl", pl), SUNDAY)).toMatch(/^Dziś święto\. .*jutro 0?8:00/);
    expect(closedWords(shut({ text }), wordsOf("de", de), SUNDAY)).toMatch(/^Gerade ist geschlossen\. Wir öffnen: morgen 0?8:00\.$/);
  });
});

test("a chosen department counts, and without a choice the whole account", () => {
  const departments = [
    { name: "a", labels: {}, closed: shut() },
    { name: "b", labels: {}, closed: null },
  ];
  expect(closedFor({ departments, closed: null }, "a")).not.toBeNull();
  expect(closedFor({ departments, closed: shut() }, "b")).toBeNull();
  expect(closedFor({ departments, closed: null }, "")).toBeNull();
  expect(closedFor({ departments, closed: shut() }, "")).not.toBeNull();
});

test("a centre that is only busy says so, and never that it is closed", () => {
  const words = wordsOf("en", en);
  const busy = { action: "callback", opens_at: null, text: {}, busy: true } as const;
  expect(closedWords(busy, words, 0)).toBe("Everybody is busy at the moment.");
  expect(closedWords({ ...busy, text: { en: "A storm. We are many, you are more." } }, words, 0)).toBe("A storm. We are many, you are more.");
});
