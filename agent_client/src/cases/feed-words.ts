import type { FeedEntry, FieldChange } from "@usher/protocol";

import { queueLabel } from "../i18n/labels";
import { clockTime, shortDate } from "../i18n/times";
import { me } from "../live/store";
import { typeLabel } from "./case-index";
import { feed, openedCase } from "./opened";
import { isKey, t } from "./words";

/** What happened, in a sentence. Words this page does not know yet are shown as they are. */
export function sentenceOf(entry: FeedEntry): string {
  const by = entry.actor_name || t("cases.by_house");
  switch (entry.kind) {
    case "created":
      return t("cases.did.created", { name: by });
    case "changed":
      return `${by}: ${(entry.changes ?? []).map(changeWords).join("; ")}`;
    case "step":
      return entry.step ? t("cases.did.step", { name: by, subject: entry.step.subject, state: t(`cases.step.${entry.step.state}`) }) : by;
    case "milestone":
      return `${aboutMilestone(entry.subject ?? "")}: ${worded("cases.milestone", entry.word ?? "")}`;
    case "action":
      return worded("cases.action", entry.word ?? "");
    case "linked":
      return t("cases.did.linked", { name: by });
    case "routed":
      return t(entry.word === "done" ? "cases.did.done" : "cases.did.taken", { name: by });
    case "rated":
      return t("cases.did.rated", { value: entry.word || (entry.subject ?? "") });
    case "answered":
      return t("cases.did.answered", { name: by });
    case "message":
    case "note":
      return by;
    default:
      return entry.kind satisfies never;
  }
}

function worded(group: string, word: string): string {
  const key = `${group}.${word}`;
  return isKey(key) ? t(key) : word;
}

function aboutMilestone(name: string): string {
  const key = `milestone.${name}`;
  return isKey(key) ? t(key) : name;
}

/** Status: New → Working */
function changeWords({ field, before, after }: FieldChange): string {
  const name = worded("cases.field", field);
  const was = valueWords(field, before);
  const is = valueWords(field, after);
  if (was === "") return t("cases.change.set", { field: name, value: is });
  return is === "" ? t("cases.change.gone", { field: name, value: was }) : t("cases.change.both", { field: name, before: was, after: is });
}

function valueWords(field: string, value: string): string {
  if (value === "") return "";
  if (field === "status" || field === "priority") return worded(`cases.${field}`, value);
  if (field === "queue") return queueLabel(value);
  if (field === "case_type") return typeLabel(value);
  if (field === "owner_id") return nameOf(value);
  return field.endsWith("_at") && Number(value) > 0 ? `${shortDate(Number(value))}, ${clockTime(Number(value))}` : value;
}

/** Of a colleague, as far as this page has met them. */
function nameOf(agentId: string): string {
  const mine = me.value?.agent_id === agentId ? me.value.name : undefined;
  const owner = openedCase.value?.owner_id === agentId ? openedCase.value.owner_name : undefined;
  return mine ?? owner ?? feed.value.entries.find((entry) => entry.actor_id === agentId)?.actor_name ?? agentId;
}
