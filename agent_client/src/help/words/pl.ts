import type { Words } from "./en";

export const pl: Words = {
  "shortcuts.offers": "Oferty i status",
  "shortcuts.conversation": "Rozmowa",
  "shortcuts.page": "Strona",
  "shortcuts.numbers": "Przejdź do rozmowy",
  "shortcuts.send": "Wyślij",
  "shortcuts.new_line": "Nowy wiersz",
  "shortcuts.close": "Zamknij to, co na wierzchu",
  "shortcuts.off": "Skróty są wyłączone w ustawieniach.",
  "shortcuts.call": "Połączenia",
};
