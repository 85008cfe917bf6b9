import { describe, expect, test } from "vitest";

import { en } from "../../src/i18n/en";
import { type Catalogue, format, type Text, tongueOf } from "../../src/i18n/format";
import { pl } from "../../src/i18n/pl";
import { ru } from "../../src/i18n/ru";
import { de } from "../../src/i18n/de";

type Texts = Readonly<Record<string, Text>>;

const LANGUAGES = ["de", "el", "en", "pl", "ru"];
/** Every catalogue file: that of the start, and one in each area's folder `words`. */
const FILES = import.meta.glob<Record<string, Texts>>(["../../src/i18n/??.ts", "../../src/*/words/??.ts"], { eager: true });

/** Texts by folder, then by language. */
const CATALOGUES = new Map<string, Map<string, Texts>>();
for (const [path, exported] of Object.entries(FILES)) {
  const [, folder = "", spoken = ""] = /src\/(.+)\/(..)\.ts$/.exec(path) ?? [];
  const texts = exported[spoken];
  if (texts) CATALOGUES.set(folder, (CATALOGUES.get(folder) ?? new Map<string, Texts>()).set(spoken, texts));
}
const ALL = [...CATALOGUES].flatMap(([folder, spoken]) =>
  [...spoken].map(([language, texts]) => ({ folder, language, texts, english: spoken.get("en") ?? {} })),
);

const forms = (text: Text): string[] => (typeof text === "string" ? [text] : Object.values(text));
const wordCount = (text: string): number => text.replace(/\{\w+\}/g, "").match(/\p{L}+/gu)?.length ?? 0;
const placesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

test("every area speaks every language", () => {
  expect(CATALOGUES.size).toBeGreaterThan(1);
  for (const [folder, spoken] of CATALOGUES) expect([...spoken.keys()].sort(), folder).toEqual(LANGUAGES);
});

test("no area takes a key of the start for its own", () => {
  const own = ALL.filter(({ folder, language }) => folder !== "i18n" && language === "en").flatMap(({ texts }) => Object.keys(texts));
  expect(own.filter((key) => Object.hasOwn(en, key))).toEqual([]);
  expect(own.length).toBe(new Set(own).size);
});

describe.each(ALL)("$folder in $language", ({ language, texts, english }) => {
  const keys = Object.keys(english);
  const of = (key: string): Text => texts[key] ?? "";

  test("has exactly the keys of English", () => {
    expect(Object.keys(texts).sort()).toEqual([...keys].sort());
  });

  test("leaves no text empty and no space at an end", () => {
    for (const key of keys) for (const form of forms(of(key))) expect(form, key).toMatch(/^\S(.*\S)?$/s);
  });

  test("fills the same places as English", () => {
    for (const key of keys) {
      const wanted = placesOf(forms(english[key] ?? "").at(-1) ?? "");
      for (const form of forms(of(key))) expect(placesOf(form), key).toEqual(wanted);
    }
  });

  test("has a form for every plural category the language knows", () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort();
    for (const key of keys) {
      const text = of(key);
      expect(typeof text === "string", key).toBe(typeof english[key] === "string");
      if (typeof text !== "string") expect(Object.keys(text).sort(), key).toEqual(categories);
    }
  });

  test("differs from English where it is translated at all", () => {
    // A copied English sentence is a forgotten translation; names of products and short words may be the same.
    if (language === "en") return;
    const first = (text: Text | undefined): string => forms(text ?? "")[0] ?? "";
    expect(keys.filter((key) => first(english[key]) === first(of(key)) && wordCount(first(of(key))) > 2)).toEqual([]);
  });
});

test("plurals follow the language", () => {
  const count = (language: string, catalogue: Catalogue<typeof en>, n: number): string =>
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

/** Everything that says words: all sources but the catalogues. */
const SOURCES = import.meta.glob<string>(["../../src/**/*.{ts,tsx}", "!../../src/i18n/??.ts", "!../../src/*/words/??.ts"], {
  eager: true,
  query: "?raw",
  import: "default",
});

test("every text is said somewhere", () => {
  const source = Object.values(SOURCES).join("\n");
  const said = new Set([...source.matchAll(/"([a-z][a-z0-9_.]*)"/g)].map(([, key]) => key ?? ""));
  const made = [...source.matchAll(/`([a-z][a-z0-9_]*\.[a-z0-9_.]*)\$\{/g)].map(([, head]) => head ?? "");
  const english = ALL.filter(({ language }) => language === "en").flatMap(({ texts }) => Object.keys(texts));
  expect(english.filter((key) => !said.has(key) && !made.some((head) => key.startsWith(head)))).toEqual([]);
});
