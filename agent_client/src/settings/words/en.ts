import type { Catalogue, Text } from "../../i18n/format";

export const en = {
  "settings.look": "Language and look",
  "settings.language": "Language",
  "settings.language_account": "As in my account",
  "settings.theme": "Theme",
  "settings.theme_system": "System",
  "settings.theme_light": "Light",
  "settings.theme_dark": "Dark",
  "settings.alerts": "Alerts",
  "settings.sounds": "Sounds",
  "settings.sounds_help": "A bell for offers, a soft tone for messages",
  "settings.notifications": "Desktop notifications",
  "settings.notifications_help": "Only while this page is hidden. Your browser asks you first.",
  "settings.keys": "Keyboard",
  "settings.shortcuts": "Keyboard shortcuts",
  "settings.shortcuts_help": "Keys with Alt, and the question mark",
  "settings.mine": "Set by your centre",
  "settings.limit": "Load",
  "phone.title": "Phone",
  "phone.microphone": "Microphone",
  "phone.speaker": "Speaker",
  "phone.system_choice": "As the system has it",
} satisfies Record<string, Text>;

export type Words = Catalogue<typeof en>;
