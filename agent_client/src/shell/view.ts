import { useLayoutEffect, useRef } from "preact/hooks";
import { computed, signal } from "@preact/signals";

import { assignments, me } from "../live/store";
import { openConversation, type Route, route } from "../router";
import { AREAS } from "./areas";

/** The dialog in front of the page; at most one. */
type OpenDialog =
  | { kind: "palette" }
  | { kind: "shortcuts" }
  | { kind: "transfer"; work_item_id: string }
  | { kind: "template"; conversation_id: string }
  | { kind: "ask_department"; conversation_id: string }
  | { kind: "macros"; of: { conversation_id: string } | { case_id: string } }
  | { kind: "new_case"; conversation_id: string }
  | { kind: "agent"; agent_id: string }
  | { kind: "queue"; queue: string }
  | { kind: "why_me" }
  | { kind: "pick" }
  | { kind: "dial" }
  | { kind: "call_transfer"; call_id: string }
  | { kind: "broadcast" }
  | { kind: "monitor"; work_item_id: string }
  | null;

export const dialog = signal<OpenDialog>(null);
/** Puts the asking dialog away; one that has taken its place by then stays: an answer may come late. */
export function useClose(): () => void {
  const gone = useRef(false);
  useLayoutEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );
  return () => {
    if (!gone.current) dialog.value = null;
  };
}

export const statusMenuOpen = signal(false);
export const declineMenuOpen = signal(false);
export const wallboard = signal(false);
/** The call whose keypad is open. */
export const keypadOpen = signal<string | null>(null);
/** The context column as a sheet over the conversation, where there is no room for it beside. */
export const contextSheet = signal(false);
/** The conversation of the offer accepted last: the answer may come before the news that the item is mine. */
export const accepted = signal<string | null>(null);
/** Counts requests to put the cursor into the composer. */
export const composerCalls = signal(0);

/**
 * The conversation that took the place of one whose person was in the middle of a sentence: the cursor does not go there by
 * itself, lest the rest of the words reach another customer.
 */
export const uncalled = signal<string | null>(null);

/** Counts requests to choose files to attach. */
export const attachCalls = signal(0);
/** Whether quick replies are being written beside the text. */
export const choicesOpen = signal(false);

/** The page that is shown: who goes to an area that is not for them gets their work. */
export const shownPage = computed<Route["page"]>(() => {
  const { page } = route.value;
  return page !== "work" && me.value !== null && !AREAS[page].may() ? "work" : page;
});

/** The assignment whose conversation is in view. */
export const selected = computed(
  () => assignments.value.find((one) => one.conversation.conversation_id === openConversation.value) ?? null,
);

export function focusComposer(): void {
  composerCalls.value = composerCalls.peek() + 1;
}

/** Whether the window is at least this wide; follows it. */
function wider(px: number): { readonly value: boolean } {
  const query = matchMedia(`(min-width: ${px}px)`);
  const matches = signal(query.matches);
  query.addEventListener("change", () => {
    matches.value = query.matches;
  });
  return matches;
}

/** Room for the list beside the conversation; the same widths are in the style sheets. */
export const hasListColumn = wider(860);
export const hasContextColumn = wider(1180);
