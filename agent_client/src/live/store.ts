import type { Phase, StaffEvent } from "@usher/protocol";
import { batch, computed, signal } from "@preact/signals";

import { reduce } from "../state/reduce";
import { type Outbox, settled } from "../state/outbox";
import { type Monitored, nothing, type State } from "../state/state";
import { receiveSteps } from "../state/steps";
import { type OlderPage, receiveOlder } from "../state/work";
import type { DepartmentChoice, Step } from "@usher/protocol";

/** The one state of this page and what is read from it. Written only by `take…` and `forgetAll`. */
const known = signal<State>(nothing);

export const state = computed(() => known.value);
export const me = computed(() => known.value.me);
export const statuses = computed(() => known.value.statuses);
export const queues = computed(() => known.value.queues);
export const offers = computed(() => known.value.offers);
export const assignments = computed(() => known.value.assignments);
export const board = computed(() => known.value.board);
export const skills = computed(() => known.value.skills);
export const monitored = computed(() => known.value.monitored);
export const calls = computed(() => known.value.calls);
export const voice = computed(() => known.value.voice);
export const departments = computed(() => known.value.departments);
export const steps = computed(() => known.value.steps);
export const typing = computed(() => known.value.typing);
export const overseer = computed(() => me.value?.role === "supervisor" || me.value?.role === "admin");

export const phase = signal<Phase>("connecting");
export const outbox = signal<Outbox>([]);

type Listener = (before: State, event: StaffEvent, after: State) => void;
const listeners = new Set<Listener>();

/** Told of every event after it is in the state. Returns the stop. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** An event came. */
export function take(event: StaffEvent): void {
  const before = known.peek();
  const after = reduce(before, event);
  batch(() => {
    known.value = after;
    outbox.value = settledBy(event);
  });
  for (const listener of listeners) listener(before, event, after);
}

function settledBy(event: StaffEvent): Outbox {
  if (event.type === "message.created") return settled(outbox.peek(), [event.message]);
  if (event.type === "snapshot" || event.type === "item.assigned") {
    const assigned = event.type === "snapshot" ? event.assignments : [event.assignment];
    return settled(
      outbox.peek(),
      assigned.flatMap((one) => one.conversation.messages),
    );
  }
  return outbox.peek();
}

/** Older messages of a conversation were fetched. */
export function takeOlder(conversationId: string, page: OlderPage): void {
  known.value = receiveOlder(known.peek(), conversationId, page);
}

/** The steps of a conversation were fetched, and which departments there are. */
export function takeSteps(conversationId: string, fetched: readonly Step[], choices: readonly DepartmentChoice[]): void {
  known.value = receiveSteps(known.peek(), conversationId, fetched, choices);
}

/** What is read along from now on; null: nothing. */
export function takeMonitored(found: Monitored | null): void {
  known.value = { ...known.peek(), monitored: found };
}

/** Nobody is signed in any more: keep nothing of theirs. */
export function forgetAll(): void {
  batch(() => {
    known.value = nothing;
    outbox.value = [];
  });
}
