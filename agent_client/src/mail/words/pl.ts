import type { Words } from "./en";

export const pl: Words = {
  "mail.no_subject": "(bez tematu)",
  "mail.from": "Od: {address}",
  "mail.to": "Do: {addresses}",
  "mail.cc": "DW: {addresses}",
  "mail.forwarded_by": "Przekazane przez {address}",
  "mail.automatic": "Wiadomość automatyczna",
  "mail.original": "Oryginał",
  "mail.show_original": "Pokaż oryginał wiadomości: {subject}",
  "mail.download": "Pobierz wiadomość",
  "mail.field_to": "Do",
  "mail.field_cc": "DW",
  "mail.cc_hint": "Adresy oddzielone przecinkami",
  "mail.note.mail_cut": "Wiadomość była za duża: brakuje jej końca.",
  "mail.note.headers_cut": "Wiadomość ma za dużo nagłówków; część pominięto.",
  "mail.note.parts_cut": "Wiadomość ma za dużo części; niektóre są tylko w oryginale.",
  "mail.note.depth_cut": "Części wiadomości są zbyt głęboko zagnieżdżone; są tylko w oryginale.",
  "mail.note.text_cut": "Tekst skrócono; w całości jest w oryginale.",
  "mail.note.html_cut": "Wiadomość pokazano tylko jako tekst.",
  "mail.note.attachments_cut": "Wiadomość ma za dużo plików; niektóre są tylko w oryginale.",
};
