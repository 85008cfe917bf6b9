import type { Words } from "./en";

export const ru: Words = {
  "mail.no_subject": "(без темы)",
  "mail.from": "От: {address}",
  "mail.to": "Кому: {addresses}",
  "mail.cc": "Копия: {addresses}",
  "mail.forwarded_by": "Переслал(а) {address}",
  "mail.automatic": "Автоматическое письмо",
  "mail.original": "Оригинал",
  "mail.show_original": "Показать письмо как есть: {subject}",
  "mail.download": "Скачать письмо",
  "mail.field_to": "Кому",
  "mail.field_cc": "Копия",
  "mail.cc_hint": "Адреса через запятую",
  "mail.note.mail_cut": "Письмо было слишком большим: конца не хватает.",
  "mail.note.headers_cut": "В письме слишком много заголовков; часть опущена.",
  "mail.note.parts_cut": "В письме слишком много частей; некоторые есть только в оригинале.",
  "mail.note.depth_cut": "Части письма вложены слишком глубоко; они есть только в оригинале.",
  "mail.note.text_cut": "Текст сокращён; целиком он есть в оригинале.",
  "mail.note.html_cut": "Письмо показано только как текст.",
  "mail.note.attachments_cut": "В письме слишком много файлов; некоторые есть только в оригинале.",
};
