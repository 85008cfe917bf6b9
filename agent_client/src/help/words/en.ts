import type { Catalogue, Text } from "../../i18n/format";

export const en = {
  "shortcuts.offers": "Offers and status",
  "shortcuts.conversation": "Conversation",
  "shortcuts.page": "Page",
  "shortcuts.numbers": "Go to a conversation",
  "shortcuts.send": "Send",
  "shortcuts.new_line": "New line",
  "shortcuts.close": "Close what is in front",
  "shortcuts.off": "Shortcuts are turned off in the settings.",
  "shortcuts.call": "Calls",
} satisfies Record<string, Text>;

export type Words = Catalogue<typeof en>;
