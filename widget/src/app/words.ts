/** All text of the widget in the customer's language: catalogues, plurals, times. */
import type { en } from "./catalogue/en";

/** By plural category of the language; `other` is always there. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
type Key = keyof typeof en;
type PluralKey = { [K in Key]: (typeof en)[K] extends string ? never : K }[Key];
export type TextKey = Exclude<Key, PluralKey>;
export type Catalogue = Record<TextKey, string> & Record<PluralKey, Plural>;

export const LANGUAGES = ["en", "pl", "ru", "el", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each catalogue is a chunk of its own: a customer loads one. */
const CATALOGUES: Record<Language, () => Promise<Catalogue>> = {
  en: async () => (await import("./catalogue/en")).en,
  pl: async () => (await import("./catalogue/pl")).pl,
  ru: async () => (await import("./catalogue/ru")).ru,
  el: async () => (await import("./catalogue/el")).el,
  de: async () => (await import("./catalogue/de")).de,
};

export interface Words {
  language: Language;
  t: (key: TextKey, name?: string) => string;
  /** A text with a number, in the right plural form. */
  count: (key: PluralKey, n: number) => string;
  time: (atMs: number) => string;
  /** Today, yesterday, or the date. */
  day: (atMs: number, nowMs: number) => string;
  moment: (atMs: number) => string;
  /** A day to come and the time: today, tomorrow, Monday, or the date. */
  opens: (atMs: number, nowMs: number) => string;
}

export function isLanguage(tag: string): tag is Language {
  return (LANGUAGES as readonly string[]).includes(tag);
}

/** The first of the wished tags (`pl-PL`) that there is a catalogue for, else English. */
export function chooseLanguage(wished: readonly string[]): Language {
  return wished.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

/** wished: tags, best first; the first of the language (`en-GB`) says how times and numbers are written. */
export async function loadWords(wished: readonly string[]): Promise<Words> {
  const language = chooseLanguage(wished);
  const locale = wished.find((tag) => tag.toLowerCase().startsWith(`${language}-`)) ?? language;
  return wordsOf(language, await CATALOGUES[language](), locale);
}

export function wordsOf(language: Language, catalogue: Catalogue, locale: string = language): Words {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(locale);
  const time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  const date = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "long" });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "long" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  return {
    language,
    t: (key, name = "") => catalogue[key].replace("{name}", name),
    count: (key, n) => {
      const forms = catalogue[key];
      return (forms[plural.select(n)] ?? forms.other).replace("{n}", number.format(n));
    },
    time: (atMs) => time.format(atMs),
    day: (atMs, nowMs) => {
      const days = daysBetween(atMs, nowMs);
      return days < 2 ? capital(relative.format(-days, "day"), language) : date.format(atMs);
    },
    moment: (atMs) => moment.format(atMs),
    opens: (atMs, nowMs) => {
      const days = daysBetween(nowMs, atMs);
      const day = days < 2 ? relative.format(days, "day") : days < 7 ? weekday.format(atMs) : date.format(atMs);
      return `${day} ${time.format(atMs)}`;
    },
  };
}

function daysBetween(atMs: number, nowMs: number): number {
  const midnight = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0);
  return Math.max(0, Math.round((midnight(nowMs) - midnight(atMs)) / 86_400_000));
}

function capital(text: string, language: string): string {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}
