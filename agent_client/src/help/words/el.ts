import type { Words } from "./en";

export const el: Words = {
  "shortcuts.offers": "Προσφορές και κατάσταση",
  "shortcuts.conversation": "Συνομιλία",
  "shortcuts.page": "Σελίδα",
  "shortcuts.numbers": "Μετάβαση σε συνομιλία",
  "shortcuts.send": "Αποστολή",
  "shortcuts.new_line": "Νέα γραμμή",
  "shortcuts.close": "Κλείσιμο όσων είναι μπροστά",
  "shortcuts.off": "Οι συντομεύσεις είναι απενεργοποιημένες στις ρυθμίσεις.",
  "shortcuts.call": "Κλήσεις",
};
