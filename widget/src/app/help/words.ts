/** What is said beside articles; it comes with them. */
import type { Language } from "../words";

const en = {
  none: "We found nothing about this. Try other words, or ask us.",
  failed: "The articles could not be loaded.",
  results: "Answers",
  helped: "Did this help?",
  yes: "Yes",
  no: "No",
  thanks: "Good. Thank you for telling us.",
  sorry: "Then let us help you ourselves.",
  all: "All articles",
};
export type HelpWords = typeof en;

export const HELP_WORDS: Record<Language, HelpWords> = {
  en,
  pl: {
    none: "Nic o tym nie znaleźliśmy. Spróbuj innych słów albo zapytaj nas.",
    failed: "Nie udało się wczytać artykułów.",
    results: "Odpowiedzi",
    helped: "Czy to pomogło?",
    yes: "Tak",
    no: "Nie",
    thanks: "Dobrze. Dziękujemy za odpowiedź.",
    sorry: "W takim razie pomożemy osobiście.",
    all: "Wszystkie artykuły",
  },
  ru: {
    none: "Мы ничего об этом не нашли. Попробуйте другие слова или спросите нас.",
    failed: "Не удалось загрузить статьи.",
    results: "Ответы",
    helped: "Это помогло?",
    yes: "Да",
    no: "Нет",
    thanks: "Хорошо. Спасибо, что сказали.",
    sorry: "Тогда поможем вам сами.",
    all: "Все статьи",
  },
  el: {
    none: "Δεν βρήκαμε κάτι σχετικό. Δοκιμάστε άλλες λέξεις ή ρωτήστε μας.",
    failed: "Δεν ήταν δυνατή η φόρτωση των άρθρων.",
    results: "Απαντήσεις",
    helped: "Βοήθησε αυτό;",
    yes: "Ναι",
    no: "Όχι",
    thanks: "Ωραία. Ευχαριστούμε που μας το είπατε.",
    sorry: "Τότε θα σας βοηθήσουμε εμείς.",
    all: "Όλα τα άρθρα",
  },
  de: {
    none: "Dazu haben wir nichts gefunden. Versuchen Sie andere Wörter, oder fragen Sie uns.",
    failed: "Die Artikel konnten nicht geladen werden.",
    results: "Antworten",
    helped: "Hat das geholfen?",
    yes: "Ja",
    no: "Nein",
    thanks: "Gut. Danke, dass Sie es uns sagen.",
    sorry: "Dann helfen wir Ihnen selbst.",
    all: "Alle Artikel",
  },
};
