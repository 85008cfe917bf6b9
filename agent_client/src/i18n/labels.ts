import { queues, statuses } from "../live/store";
import { en } from "./en";
import { isKey, t } from "./language";
import { languageName } from "./times";

/**
 * A centre names its statuses itself, in its own words. Those it leaves as they are shipped are shown in the reader's
 * language.
 */
export function statusLabel(name: string): string {
  const label = statuses.value.find((one) => one.name === name)?.label ?? name;
  return shipped(`status.name.${name}`, label);
}

export function dispositionLabel(name: string, label: string): string {
  return shipped(`disposition.name.${name}`, label);
}

function shipped(key: string, label: string): string {
  return isKey(key) && en[key] === label ? t(key) : label;
}

export function queueLabel(name: string): string {
  return queues.value.find((one) => one.name === name)?.label ?? name;
}

/** Skills named like a language are languages. */
export function skillLabel(skill: string): string {
  return /^[a-z]{2}$/.test(skill) ? languageName(skill) : skill.replaceAll("_", " ");
}

/** `pl≥5` → Polish 5+ */
export function requirementLabel(requirement: string): string {
  const [skill = "", level = "1"] = requirement.split("≥");
  return Number(level) > 1 ? `${skillLabel(skill)} ${level}+` : skillLabel(skill);
}

export function channelLabel(channel: string): string {
  const key = `channel.${channel}`;
  return isKey(key) ? t(key) : channel;
}

/** System lines of a conversation are words of the house; an unknown one is shown as it is. */
export function systemLine(word: string, name: string): string {
  const key = name === "" ? `system.${word}.unnamed` : `system.${word}`;
  return isKey(key) ? t(key, { name }) : word;
}

export type StatusTone = "free" | "busy" | "pause" | "off";

/** What a status means at a glance. */
export function statusTone(name: string): StatusTone {
  const choice = statuses.value.find((one) => one.name === name);
  if (!choice || choice.icon === "offline") return "off";
  if (choice.channels.length > 0) return choice.icon === "available" || choice.productive ? "free" : "pause";
  return choice.productive ? "busy" : "pause";
}
