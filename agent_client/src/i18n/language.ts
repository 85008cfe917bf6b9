import { batch, computed, signal } from "@preact/signals";

import { en } from "./en";
import { type Catalogue, format, type Params, type Text, tongueOf } from "./format";

export const LANGUAGES = ["en", "de", "el", "pl", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language's own name, for choosing it. */
export const OWN_NAMES: Record<Language, string> = {
  en: "English",
  de: "Deutsch",
  el: "Ελληνικά",
  pl: "Polski",
  ru: "Русский",
};

export const language = signal<Language>("en");
/** How times and numbers are written: the browser's own region of the language, when it has one (en-GB). */
export const locale = computed(() => navigator.languages.find((one) => one.startsWith(`${language.value}-`)) ?? language.value);
const tongue = signal(tongueOf("en"));
let wanted: Language = "en";

type Take = () => void;
/** Every catalogue there is so far: fetches its texts of a language, and answers how they come into force. */
const catalogues: ((next: Language) => Promise<Take>)[] = [];

/** The best of our languages for a list of wishes such as `de-AT`. */
export function bestLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const found = LANGUAGES.find((one) => one === wish.toLowerCase().split(/[-_]/)[0]);
    if (found) return found;
  }
  return "en";
}

/**
 * Speak a language from now on, everywhere at once; the last wish wins when several are under way. Without its files,
 * the old one stays.
 */
export async function speak(next: Language): Promise<void> {
  wanted = next;
  const fetched = await Promise.all(catalogues.map((fetch) => fetch(next))).catch(() => null);
  if (fetched === null || wanted !== next) return;
  batch(() => {
    language.value = next;
    tongue.value = tongueOf(next);
    for (const take of fetched) take();
  });
  document.documentElement.lang = next;
}

/** Let catalogues that came in the meantime speak it too. They begin in English, which comes with them. */
export function catchUp(): Promise<void> {
  return speak(wanted);
}

interface Words<Own extends string> {
  /** The text of a key in the reader's language. */
  t: (key: Own, params?: Params) => string;
  /** Whether a text made of data names an entry. */
  isKey: (text: string) => text is Own;
}

/** A catalogue with its English; the others come when they are spoken. A lazily loaded area brings its own. */
function catalogueOf<Texts extends Record<string, Text>>(own: Texts, others: Others<Texts>): Words<keyof Texts & string> {
  const texts = signal<Catalogue<Texts>>(own);
  catalogues.push(async (next) => {
    const fetched = next === "en" ? own : await others[next]();
    return () => (texts.value = fetched);
  });
  return {
    t: (key, params = {}) => format(texts.value[key], params, tongue.value),
    isKey: (text): text is keyof Texts & string => Object.hasOwn(own, text),
  };
}

/** How the other languages of a catalogue are fetched. */
export type Others<Texts> = Record<Exclude<Language, "en">, () => Promise<Catalogue<Texts>>>;

const base = catalogueOf(en, {
  de: async () => (await import("./de")).de,
  el: async () => (await import("./el")).el,
  pl: async () => (await import("./pl")).pl,
  ru: async () => (await import("./ru")).ru,
});

export const { t, isKey } = base;
/** The keys of what the page starts with; every area may use them too. */
export type Key = keyof typeof en;

/** The words of an area, and those the page starts with. */
export function words<Texts extends Record<string, Text>>(own: Texts, others: Others<Texts>): Words<(keyof Texts & string) | Key> {
  const area = catalogueOf(own, others);
  return {
    t: (key, params) => (area.isKey(key) ? area.t(key, params) : t(key, params)),
    isKey: (text): text is (keyof Texts & string) | Key => area.isKey(text) || isKey(text),
  };
}
