import type { Words } from "./en";

export const de: Words = {
  "shortcuts.offers": "Angebote und Status",
  "shortcuts.conversation": "Unterhaltung",
  "shortcuts.page": "Seite",
  "shortcuts.numbers": "Zu einer Unterhaltung gehen",
  "shortcuts.send": "Senden",
  "shortcuts.new_line": "Neue Zeile",
  "shortcuts.close": "Schließen, was vorn ist",
  "shortcuts.off": "Tastenkürzel sind in den Einstellungen ausgeschaltet.",
  "shortcuts.call": "Anrufe",
};
