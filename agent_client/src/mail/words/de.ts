import type { Words } from "./en";

export const de: Words = {
  "mail.no_subject": "(ohne Betreff)",
  "mail.from": "Von {address}",
  "mail.to": "An {addresses}",
  "mail.cc": "Kopie {addresses}",
  "mail.forwarded_by": "Weitergeleitet von {address}",
  "mail.automatic": "Automatisch verschickt",
  "mail.original": "Original",
  "mail.show_original": "Die E-Mail im Original zeigen: {subject}",
  "mail.download": "E-Mail herunterladen",
  "mail.field_to": "An",
  "mail.field_cc": "Kopie",
  "mail.cc_hint": "Adressen, durch Kommas getrennt",
  "mail.note.mail_cut": "Die E-Mail war zu groß: Ihr Ende fehlt.",
  "mail.note.headers_cut": "Die E-Mail hat zu viele Kopfzeilen; einige wurden weggelassen.",
  "mail.note.parts_cut": "Die E-Mail hat zu viele Teile; einige stehen nur im Original.",
  "mail.note.depth_cut": "Teile der E-Mail sind zu tief verschachtelt; sie stehen nur im Original.",
  "mail.note.text_cut": "Der Text ist gekürzt; vollständig steht er im Original.",
  "mail.note.html_cut": "Die E-Mail wird nur als Text gezeigt.",
  "mail.note.attachments_cut": "Die E-Mail hat zu viele Dateien; einige sind nur im Original.",
};
