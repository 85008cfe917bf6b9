import { type Case, CommandError } from "@usher/protocol";
import { batch, computed, effect, signal } from "@preact/signals";

import { type Cases, withCases } from "../state/cases";
import { command } from "./link";
import { notify } from "./notices";
import { assignments, listen } from "./store";

/** Cases this page has heard of, as they are now. */
export const cases = signal<Cases>(new Map());
/** Ids of the cases a conversation of mine belongs to, newest first; missing: not asked yet. */
const belonging = signal<ReadonlyMap<string, readonly string[]>>(new Map());

export function takeCases(heard: readonly Case[]): void {
  cases.value = withCases(cases.peek(), heard, new Set([...belonging.peek().values()].flat()));
}

/** The cases of a conversation of mine; null: not known yet. */
export function casesOf(conversationId: string): Case[] | null {
  const ids = belonging.value.get(conversationId);
  return ids?.flatMap((id) => cases.value.get(id) ?? []) ?? null;
}

const ASKED_AGAIN_AFTER_MS = 500;

/** Ask which cases a conversation belongs to; from then on `case.changed` keeps them fresh. */
async function fetchCasesOf(conversationId: string): Promise<void> {
  try {
    const result = await command({ type: "cases.of", conversation_ids: [conversationId] });
    if (result?.type === "case_page") takeBelonging(conversationId, result.cases);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error; // asked again with the next session
  }
}

/** A case of this conversation was made or linked by me. */
export function takeBelonging(conversationId: string, heard: readonly Case[]): void {
  batch(() => {
    takeCases(heard);
    belonging.value = new Map(belonging.peek()).set(
      conversationId,
      heard.map((one) => one.case_id),
    );
  });
}

const mine = computed(() => assignments.value.map((one) => one.conversation.conversation_id).join(" "));

/** Know the cases of my work for as long as somebody is signed in. Returns the stop. */
export function followCases(): () => void {
  const askForNew = effect(() => {
    const ids = mine.value.split(" ").filter(Boolean);
    for (const id of ids) if (!belonging.peek().has(id)) void fetchCasesOf(id);
    belonging.value = new Map([...belonging.peek()].filter(([id]) => ids.includes(id)));
  });
  let asking: ReturnType<typeof setTimeout> | undefined;
  /** Many cases may change at once: then once for all of them. */
  const askAgain = (): void => {
    asking ??= setTimeout(() => {
      asking = undefined;
      for (const { conversation } of assignments.peek()) void fetchCasesOf(conversation.conversation_id);
    }, ASKED_AGAIN_AFTER_MS);
  };
  const stop = listen((_before, event) => {
    switch (event.type) {
      case "snapshot":
      case "cases.stale":
        askAgain();
        break;
      case "case.changed":
        // A case nobody here knew: perhaps a colleague has just made it of a conversation of mine.
        if (!cases.peek().has(event.case.case_id)) askAgain();
        takeCases([event.case]);
        break;
      case "case.warned":
        takeCases([event.case]);
        notify(event.missed ? "bad" : "warn", event.missed ? "case.missed" : "case.warned", {
          number: String(event.case.number),
          milestone: `milestone.${event.milestone}`,
        });
        break;
      default: // not about cases
    }
  });
  return () => {
    stop();
    askForNew();
    clearTimeout(asking);
    batch(() => {
      cases.value = new Map();
      belonging.value = new Map();
    });
  };
}
