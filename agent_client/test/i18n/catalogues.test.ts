import { describe, expect, test } from "vitest";

import { de } from "../../src/i18n/de";
import { el } from "../../src/i18n/el";
import { type Catalogue, en, type Key } from "../../src/i18n/en";
import { format, type Text, tongueOf } from "../../src/i18n/format";
import { pl } from "../../src/i18n/pl";
import { ru } from "../../src/i18n/ru";

const CATALOGUES: Record<string, Catalogue> = { en, de, el, pl, ru };
const KEYS = Object.keys(en) as Key[];

const forms = (text: Text): string[] => (typeof text === "string" ? [text] : Object.values(text));
const placesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

describe.each(Object.entries(CATALOGUES))("%s", (language, catalogue) => {
  test("has exactly the keys of English", () => {
    expect(Object.keys(catalogue).sort()).toEqual([...KEYS].sort());
  });

  test("leaves no text empty and no space at an end", () => {
    for (const key of KEYS) for (const form of forms(catalogue[key])) expect(form, key).toMatch(/^\S(.*\S)?$/s);
  });

  test("fills the same places as English", () => {
    for (const key of KEYS) {
      const wanted = placesOf(forms(en[key]).at(-1) ?? "");
      for (const form of forms(catalogue[key])) expect(placesOf(form), key).toEqual(wanted);
    }
  });

  test("has a form for every plural category the language knows", () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort();
    for (const key of KEYS) {
      const text = catalogue[key];
      expect(typeof text === "string", key).toBe(typeof en[key] === "string");
      if (typeof text !== "string") expect(Object.keys(text).sort(), key).toEqual(categories);
    }
  });
});

test("texts differ from English where they are translated at all", () => {
  // A copied English sentence is a forgotten translation; names of products and short words may be the same.
  for (const [language, catalogue] of Object.entries(CATALOGUES)) {
    if (language === "en") continue;
    const same = KEYS.filter((key) => forms(en[key])[0] === forms(catalogue[key])[0] && (forms(en[key])[0] ?? "").split(" ").length > 2);
    expect(same, language).toEqual([]);
  }
});

test("plurals follow the language", () => {
  const count = (language: string, catalogue: Catalogue, n: number): string =>
    format(catalogue["message.new_count"], { count: n }, tongueOf(language));
  expect([1, 2, 5, 22, 25].map((n) => count("pl", pl, n))).toEqual([
    "1 nowa wiadomość",
    "2 nowe wiadomości",
    "5 nowych wiadomości",
    "22 nowe wiadomości",
    "25 nowych wiadomości",
  ]);
  expect([1, 3, 11, 21].map((n) => count("ru", ru, n))).toEqual([
    "1 новое сообщение",
    "3 новых сообщения",
    "11 новых сообщений",
    "21 новое сообщение",
  ]);
  expect(count("de", de, 1_234)).toBe("1.234 neue Nachrichten");
});

test("a missing param shows its place rather than nothing", () => {
  expect(format("{name} writes", {}, tongueOf("en"))).toBe("{name} writes");
});
