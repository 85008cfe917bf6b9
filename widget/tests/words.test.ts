import { describe, expect, test } from "vitest";
import { de } from "../src/app/catalogue/de";
import { el } from "../src/app/catalogue/el";
import { en } from "../src/app/catalogue/en";
import { pl } from "../src/app/catalogue/pl";
import { ru } from "../src/app/catalogue/ru";
import { positionWords, waitWords } from "../src/app/wait";
import { chooseLanguage, LANGUAGES, loadWords, wordsOf, type Catalogue, type Language } from "../src/app/words";

const catalogues: Record<Language, Catalogue> = { en, pl, ru, el, de };
const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each(LANGUAGES)("the catalogue %s", (language) => {
  const catalogue = catalogues[language];

  test("has every text, none empty, with the same holes", () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(catalogue)) {
      const english = en[key as keyof typeof en];
      const forms = typeof text === "string" ? [text] : Object.values(text);
      const expected = holes(typeof english === "string" ? english : english.other);
      for (const form of forms) {
        expect(form.trim(), key).not.toBe("");
        expect(holes(form), `${key}: ${form}`).toEqual(expected);
      }
    }
  });

  test("has every plural form its language knows for whole numbers", () => {
    const rules = new Intl.PluralRules(language);
    const used = new Set(Array.from({ length: 200 }, (_, n) => rules.select(n)));
    for (const [key, text] of Object.entries(catalogue))
      if (typeof text !== "string") expect(Object.keys(text), key).toEqual(expect.arrayContaining([...used]));
  });
});

test("a language is chosen by the first wish there is a catalogue for", () => {
  expect(chooseLanguage(["fr-FR", "PL-pl", "de"])).toBe("pl");
  expect(chooseLanguage(["", "fr"])).toBe("en");
});

test("times are written as in the customer's own region", async () => {
  const at = new Date(2026, 3, 1, 15, 4).getTime();
  expect((await loadWords(["en-GB"])).time(at)).toBe("15:04");
  expect((await loadWords(["en-US"])).time(at)).toMatch(/3:04\sPM/);
});

test("days are told as people say them", () => {
  const words = wordsOf("de", de);
  const noon = new Date(2026, 3, 10, 12).getTime();
  expect(words.day(noon - 3_600_000, noon)).toBe("Heute");
  expect(words.day(noon - 86_400_000, noon)).toBe("Gestern");
  expect(words.day(noon - 5 * 86_400_000, noon)).toMatch(/5\. April/);
});

test.each([
  [1, "Twoja kolej jest następna."],
  [2, "Przed Tobą jest 1 osoba."],
  [4, "Przed Tobą są 3 osoby."],
  [6, "Przed Tobą jest 5 osób."],
  [23, "Przed Tobą są 22 osoby."],
])("position %i in Polish", (position, said) => {
  expect(positionWords({ position, expected_wait_p50_ms: null, expected_wait_p90_ms: null }, wordsOf("pl", pl))).toBe(said);
});

test.each([
  [null, null, "We cannot tell yet how long it will take."],
  [20_000, 40_000, "It usually takes less than a minute."],
  [20_000, 130_000, "It usually takes less than a minute. Seldom more than 3 minutes."],
  [60_000, 70_000, "It usually takes about 1 minute."],
  [150_000, 400_000, "It usually takes about 3 minutes. Seldom more than 7 minutes."],
])("an expected wait of %s (p90 %s)", (p50, p90, said) => {
  expect(waitWords({ position: 1, expected_wait_p50_ms: p50, expected_wait_p90_ms: p90 }, wordsOf("en", en))).toBe(said);
});
