import type { Message } from "@usher/protocol";

import { t } from "../i18n/language";

/** A message in one line of words: its text, or what it has in place of one. */
export function wordsOf({ text, extra }: Message): string {
  if (text !== "") return text;
  if (extra?.deleted_at) return t("message.taken_back");
  return (extra?.files ?? []).map((file) => t("file.sent", { name: file.name || t("file.unnamed") })).join(", ");
}
