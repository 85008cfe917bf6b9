import { signal } from "@preact/signals";

import { forget, keep, kept } from "./keep";

export interface Draft {
  text: string;
  note: boolean;
}

const EMPTY: Draft = { text: "", note: false };

/** What is being written, per conversation; it outlives reloads, not signing out. */
const drafts = signal<Readonly<Record<string, Draft>>>({});
let key = "";

export function openDrafts(agentId: string): void {
  key = `usher.drafts.${agentId}`;
  drafts.value = kept(key, {});
}

export function draftOf(conversationId: string): Draft {
  return drafts.value[conversationId] ?? EMPTY;
}

export function setDraft(conversationId: string, draft: Draft): void {
  const others = Object.entries(drafts.peek()).filter(([id]) => id !== conversationId);
  const empty = draft.text === "" && !draft.note;
  write(Object.fromEntries(empty ? others : [...others, [conversationId, draft]]));
}

/** Forget the drafts of conversations that are not mine any more. */
export function keepOnlyDrafts(conversationIds: ReadonlySet<string>): void {
  const left = Object.entries(drafts.peek()).filter(([id]) => conversationIds.has(id));
  if (left.length < Object.keys(drafts.peek()).length) write(Object.fromEntries(left));
}

export function forgetDrafts(): void {
  if (key) forget(key);
  drafts.value = {};
}

function write(next: Readonly<Record<string, Draft>>): void {
  drafts.value = next;
  if (key) keep(key, next);
}
