import type { Macro, MacroAction } from "@usher/protocol";

/** An action while it is written; `place` tells it from others, wherever it is moved. */
export type DraftAction = Required<MacroAction> & { place: number };

/** In the order they are offered. */
export const KINDS = [
  "send",
  "note",
  "set_status",
  "set_priority",
  "set_type",
  "assign",
  "move",
  "label",
  "open_step",
  "link_article",
  "close_case",
  "hand_over",
  "wrap_up",
  "close",
] as const satisfies readonly MacroAction["do"][];

const KEY_CHARS = 60;
let places = 0;

export function newAction(kind: MacroAction["do"]): DraftAction {
  const value = { set_status: "waiting", set_priority: "high", assign: "me" }[kind as string] ?? "";
  return { place: ++places, do: kind, text: "", subject: "", quick_text: "", value, when: "" };
}

export function drafts(macro: Macro): DraftAction[] {
  return macro.actions.map((action) => ({ ...newAction(action.do), value: "", ...action }));
}

/** What the server is told: without what belongs to another kind of action. */
export function told({ do: kind, text, subject, quick_text, value, when }: DraftAction): MacroAction {
  const spoken = kind === "note" || kind === "hand_over" || kind === "open_step" || (kind === "send" && quick_text === "");
  return {
    do: kind,
    text: spoken ? text.trim() : "",
    subject: kind === "open_step" ? subject.trim() : "",
    quick_text: kind === "send" ? quick_text : "",
    value: kind === "send" || kind === "note" || kind === "wrap_up" ? "" : value.trim(),
    when: when.trim(),
  };
}

/** A name for files and other places: the title's Latin letters. */
export function keyOf(title: string): string {
  const plain = title.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return plain.replace(/^-+|-+$/g, "").slice(0, KEY_CHARS).replace(/-+$/, "");
}
