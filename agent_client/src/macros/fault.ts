import { CommandError } from "@usher/protocol";

import { t as houseText } from "../i18n/language";
import { errorKey } from "../live/commands";
import { isKey, t } from "./words";

/** Why something was not kept, and where it stands: `texts.pl`, `actions.2.when`; "" is the whole. */
export interface Fault {
  field: string;
  text: string;
}

/** A refusal in the writer's language. What is no refusal is a fault of the page and goes on. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof CommandError)) throw error;
  const { field = "" } = error.detail;
  return { field: String(field), text: wordsOf(error) };
}

function wordsOf({ code, detail }: CommandError): string {
  const { word = "", name = "", near = "", line = 1, column = 1, reason = "" } = detail;
  if (code !== "bad_value" || word === "") return houseText(errorKey(code));
  const key = `fault.${String(word)}`;
  const text = t(isKey(key) ? key : "fault.unknown", { name: String(name), line: Number(line), column: Number(column), reason: String(reason) });
  return near === "" ? text : `${text} ${t("fault.meant", { near: String(near) })}`;
}
