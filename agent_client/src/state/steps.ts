import type { DepartmentChoice, Message, Step, StepChanged } from "@usher/protocol";

import type { State } from "./state";

/** Of so many conversations the steps are kept; then those fetched longest ago are let go. */
export const CONVERSATIONS_KEPT = 50;
/** The server's limits, in characters. */
export const SUBJECT_CHARS = 150;
export const EXCERPT_CHARS = 8_000;
export const REPLY_CHARS = 4_000;
/** So many messages, the newest, are offered for an excerpt. */
const OFFERED = 30;

/** The steps of a conversation were fetched, oldest first, and the centre's departments with them. */
export function receiveSteps(
  state: State,
  conversationId: string,
  steps: readonly Step[],
  departments: readonly DepartmentChoice[],
): State {
  const known = new Map(state.steps.get(conversationId)?.map((step) => [step.step_id, step]));
  const others = [...state.steps].filter(([id]) => id !== conversationId);
  // What happened while the answer was on its way may be known already: the later of both counts.
  const joined = steps.map((step) => later(known.get(step.step_id), step));
  const missed = [...known.values()].filter((step) => !steps.some((one) => one.step_id === step.step_id));
  const all = [...others, [conversationId, [...joined, ...missed].sort(byAge)] as const];
  return { ...state, departments, steps: new Map(all.slice(-CONVERSATIONS_KEPT)) };
}

/** A step is new or different; of a conversation whose steps were never fetched it is left aside. */
export function receiveStep(state: State, { step }: StepChanged): State {
  const known = state.steps.get(step.conversation_id);
  if (known === undefined) return state;
  const others = known.filter((one) => one.step_id !== step.step_id);
  const before = known.find((one) => one.step_id === step.step_id);
  const steps = [...others, later(before, step)].sort(byAge);
  return { ...state, steps: new Map(state.steps).set(step.conversation_id, steps) };
}

/** Nodes tell of a step independently: the later state counts, and what was posted or reminded of stays so. */
function later(known: Step | undefined, heard: Step): Step {
  if (known === undefined) return heard;
  return {
    ...(heard.changed_at >= known.changed_at ? heard : known),
    posted: heard.posted || known.posted,
    reminders: Math.max(heard.reminders, known.reminders),
  };
}

function byAge(one: Step, other: Step): number {
  return one.opened_at - other.opened_at || (one.step_id < other.step_id ? -1 : 1);
}

export function isOver({ state }: Step): boolean {
  return state === "done" || state === "cancelled";
}

/** How a step stands to its time, at a server time in ms; null: it is over, and no clock runs. */
export function dueOf(step: Step, now: number): "in_time" | "overdue" | null {
  if (isOver(step)) return null;
  return now < step.due_at ? "in_time" : "overdue";
}

/** Texts that may go into an excerpt, newest first: what was said, never notes. */
export function quotable(messages: readonly Message[]): Message[] {
  return messages
    .filter((one) => one.kind === "text" && one.text.trim() !== "")
    .slice(-OFFERED)
    .reverse();
}

/** The excerpt with a message's words at its end. The words alone: who said them is nobody's business yet. */
export function withWords(excerpt: string, { text }: Message): string {
  const before = excerpt.trimEnd();
  return before === "" ? text : `${before}\n\n${text}`;
}

/** Length as the server counts it: in code points. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}
