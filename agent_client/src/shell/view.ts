import { computed, signal } from "@preact/signals";

import { assignments, me, overseer } from "../live/store";
import { openConversation, type Route, route } from "../router";

/** The dialog in front of the page; at most one. */
export type OpenDialog =
  | { kind: "palette" }
  | { kind: "shortcuts" }
  | { kind: "transfer"; work_item_id: string }
  | { kind: "agent"; agent_id: string }
  | { kind: "queue"; queue: string }
  | { kind: "why_me" }
  | null;

export const dialog = signal<OpenDialog>(null);
export const statusMenuOpen = signal(false);
export const declineMenuOpen = signal(false);
export const wallboard = signal(false);
/** The context column as a sheet over the conversation, where there is no room for it beside. */
export const contextSheet = signal(false);
/** The conversation of the offer accepted last: the answer may come before the news that the item is mine. */
export const accepted = signal<string | null>(null);
/** Counts requests to put the cursor into the composer. */
export const composerCalls = signal(0);

/** The page that is shown: the board is for those who watch over others; agents who go there get their work. */
export const shownPage = computed<Route["page"]>(() => {
  const { page } = route.value;
  return page === "board" && me.value !== null && !overseer.value ? "work" : page;
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
