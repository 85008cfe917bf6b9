import type { File } from "@usher/protocol";
import { signal } from "@preact/signals";

import type { Addressed } from "../state/mail";

import { forget, forgetUnder, keep, keptUnder } from "./keep";

/** files: uploaded, to go with the text. choices: quick replies beside it; one may still be empty. mail: whom it goes to; null: not decided. */
export interface Draft {
  text: string;
  note: boolean;
  files: readonly File[];
  choices: readonly string[];
  mail: Addressed | null;
}

const EMPTY: Draft = { text: "", note: false, files: [], choices: [], mail: null };

/** What is being written, per conversation (and per case, as `case:ID`); it outlives reloads, not signing out. */
const drafts = signal<Readonly<Record<string, Draft>>>({});
let prefix = "";

export function openDrafts(agentId: string): void {
  prefix = `usher.drafts.${agentId}.`;
  const known = [...keptUnder<Partial<Draft>>(prefix)];
  drafts.value = Object.fromEntries(known.map(([id, draft]) => [id, { ...EMPTY, ...draft }]));
}

export function draftOf(conversationId: string): Draft {
  return drafts.value[conversationId] ?? EMPTY;
}

export function changeDraft(conversationId: string, change: Partial<Draft>): void {
  const { [conversationId]: before = EMPTY, ...others } = drafts.peek();
  const draft = { ...before, ...change };
  const empty = isEmpty(draft);
  drafts.value = empty ? others : { ...others, [conversationId]: draft };
  if (!prefix) return;
  if (empty) forget(prefix + conversationId);
  else keep(prefix + conversationId, draft);
}

function isEmpty({ text, note, files, choices, mail }: Draft): boolean {
  return text === "" && !note && files.length === 0 && choices.length === 0 && mail === null;
}

/** Forget the drafts of conversations that are not mine any more; those of cases stay. */
export function keepOnlyDrafts(conversationIds: ReadonlySet<string>): void {
  const gone = Object.keys(drafts.peek()).filter((id) => !id.startsWith("case:") && !conversationIds.has(id));
  if (gone.length === 0) return;
  drafts.value = Object.fromEntries(Object.entries(drafts.peek()).filter(([id]) => !gone.includes(id)));
  if (prefix) for (const id of gone) forget(prefix + id);
}

export function forgetDrafts(): void {
  if (prefix) forgetUnder(prefix);
  drafts.value = {};
}
