import { effect, signal } from "@preact/signals";

import { keep, kept } from "./keep";

export type Theme = "system" | "light" | "dark";

/** Choices of this person in this browser. language: empty follows the account. */
export interface Settings {
  language: string;
  theme: Theme;
  sounds: boolean;
  notifications: boolean;
  /** Keys with Alt and `?`; Ctrl+K and keys inside menus always work. WCAG 2.1.4 asks that they can be turned off. */
  shortcuts: boolean;
  context_open: boolean;
  /** Sections of the context column that are folded, by name. */
  folded: readonly string[];
  /** Device ids for calls; empty: as the system has it. */
  microphone: string;
  speaker: string;
}

const KEY = "usher.settings";
const DEFAULTS: Settings = {
  language: "",
  theme: "system",
  sounds: true,
  notifications: false,
  shortcuts: true,
  context_open: true,
  folded: [],
  microphone: "",
  speaker: "",
};

export const settings = signal<Settings>({ ...DEFAULTS, ...kept<Partial<Settings>>(KEY, {}) });

export function change(some: Partial<Settings>): void {
  settings.value = { ...settings.peek(), ...some };
  keep(KEY, settings.peek());
}

/** The chosen theme is an attribute of the page; the tokens follow `color-scheme`. */
export function followTheme(): () => void {
  return effect(() => {
    document.documentElement.dataset.theme = settings.value.theme;
  });
}
