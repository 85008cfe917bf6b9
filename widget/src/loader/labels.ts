/** The few words a page needs before the chat is there. */
const OPEN: Record<string, string> = {
  en: "Open the chat",
  pl: "Otwórz czat",
  ru: "Открыть чат",
  el: "Άνοιγμα συνομιλίας",
  de: "Chat öffnen",
};
const CLOSE: Record<string, string> = {
  en: "Close the chat",
  pl: "Zamknij czat",
  ru: "Закрыть чат",
  el: "Κλείσιμο συνομιλίας",
  de: "Chat schließen",
};
const UNREAD: Record<string, string> = {
  en: "unread",
  pl: "nieprzeczytane",
  ru: "непрочитанные",
  el: "αδιάβαστα",
  de: "ungelesen",
};

/** languages: wished tags, best first. */
export function labelOf(languages: readonly string[], unread: number, open: boolean): string {
  const language = languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in OPEN) ?? "en";
  if (open) return CLOSE[language] ?? "";
  return `${OPEN[language] ?? ""}${unread ? ` (${UNREAD[language] ?? ""}: ${unread})` : ""}`;
}
