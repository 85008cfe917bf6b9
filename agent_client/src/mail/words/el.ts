import type { Words } from "./en";

export const el: Words = {
  "mail.no_subject": "(χωρίς θέμα)",
  "mail.from": "Από {address}",
  "mail.to": "Προς {addresses}",
  "mail.cc": "Κοιν. {addresses}",
  "mail.forwarded_by": "Προωθήθηκε από {address}",
  "mail.automatic": "Αυτόματο μήνυμα",
  "mail.original": "Πρωτότυπο",
  "mail.show_original": "Εμφάνιση του αρχικού μηνύματος: {subject}",
  "mail.download": "Λήψη του μηνύματος",
  "mail.field_to": "Προς",
  "mail.field_cc": "Κοιν.",
  "mail.cc_hint": "Διευθύνσεις, χωρισμένες με κόμμα",
  "mail.note.mail_cut": "Το μήνυμα ήταν πολύ μεγάλο: λείπει το τέλος του.",
  "mail.note.headers_cut": "Το μήνυμα έχει πάρα πολλά πεδία· μερικά παραλείφθηκαν.",
  "mail.note.parts_cut": "Το μήνυμα έχει πάρα πολλά μέρη· μερικά υπάρχουν μόνο στο πρωτότυπο.",
  "mail.note.depth_cut": "Μέρη του μηνύματος είναι πολύ βαθιά φωλιασμένα· υπάρχουν μόνο στο πρωτότυπο.",
  "mail.note.text_cut": "Το κείμενο συντομεύτηκε· ολόκληρο υπάρχει στο πρωτότυπο.",
  "mail.note.html_cut": "Το μήνυμα εμφανίζεται μόνο ως κείμενο.",
  "mail.note.attachments_cut": "Το μήνυμα έχει πάρα πολλά αρχεία· μερικά υπάρχουν μόνο στο πρωτότυπο.",
};
