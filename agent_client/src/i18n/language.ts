import { batch, computed, signal } from "@preact/signals";

import { type Catalogue, en, type Key } from "./en";
import { format, type Params, type Text, tongueOf } from "./format";

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

/** English is in the page; the others come when they are spoken. */
const load: Record<Language, () => Promise<Catalogue>> = {
  en: () => Promise.resolve(en),
  de: async () => (await import("./de")).de,
  el: async () => (await import("./el")).el,
  pl: async () => (await import("./pl")).pl,
  ru: async () => (await import("./ru")).ru,
};

export const language = signal<Language>("en");
/** How times and numbers are written: the browser's own region of the language, when it has one (en-GB). */
export const locale = computed(() => navigator.languages.find((one) => one.startsWith(`${language.value}-`)) ?? language.value);
const catalogue = signal<Catalogue>(en);
const tongue = signal(tongueOf("en"));
let wanted: Language = "en";

/** The best of our languages for a list of wishes such as `de-AT`. */
export function bestLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const found = LANGUAGES.find((one) => one === wish.toLowerCase().split(/[-_]/)[0]);
    if (found) return found;
  }
  return "en";
}

/** Speak a language from now on; the last wish wins when several are under way. Without its file, the old one stays. */
export async function speak(next: Language): Promise<void> {
  wanted = next;
  const texts = await load[next]().catch(() => null);
  if (texts === null || wanted !== next) return;
  batch(() => {
    language.value = next;
    catalogue.value = texts;
    tongue.value = tongueOf(next);
  });
  document.documentElement.lang = next;
}

export function t(key: Key, params: Params = {}): string {
  const text: Text = catalogue.value[key];
  return format(text, params, tongue.value);
}
