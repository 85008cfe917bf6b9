import type { Catalogue, Text } from "../../i18n/format";

export const en = {
  "mail.no_subject": "(no subject)",
  "mail.from": "From {address}",
  "mail.to": "To {addresses}",
  "mail.cc": "Cc {addresses}",
  "mail.forwarded_by": "Forwarded by {address}",
  "mail.automatic": "Written by a machine",
  "mail.original": "Original",
  "mail.show_original": "Show the original mail: {subject}",
  "mail.download": "Download the mail",
  "mail.field_to": "To",
  "mail.field_cc": "Cc",
  "mail.cc_hint": "Addresses, with commas between",
  "mail.note.mail_cut": "The mail was too large: its end is missing.",
  "mail.note.headers_cut": "The mail has too many fields; some were left out.",
  "mail.note.parts_cut": "The mail has too many parts; some are in the original only.",
  "mail.note.depth_cut": "Parts of the mail are nested too deeply; they are in the original only.",
  "mail.note.text_cut": "The text was shortened; all of it is in the original.",
  "mail.note.html_cut": "The mail is shown as text only.",
  "mail.note.attachments_cut": "The mail has too many files; some are in the original only.",
} satisfies Record<string, Text>;

export type Words = Catalogue<typeof en>;
