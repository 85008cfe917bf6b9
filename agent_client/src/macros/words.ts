import { words } from "../i18n/language";
import { en } from "./words/en";

export const { t, isKey } = words(en, {
  de: async () => (await import("./words/de")).de,
  el: async () => (await import("./words/el")).el,
  pl: async () => (await import("./words/pl")).pl,
  ru: async () => (await import("./words/ru")).ru,
});

export type Key = Parameters<typeof t>[0];
