import type { Key } from "../i18n/en";
import { acceptOffer, declineOffer, setStatus, wrapUp } from "../live/commands";
import { draftOf, setDraft } from "../live/drafts";
import { change, settings } from "../live/settings";
import { assignments, offers, overseer, state, statuses } from "../live/store";
import { go, openConversation, route } from "../router";
import { leave } from "../shell/sign";
import {
  accepted,
  contextSheet,
  declineMenuOpen,
  dialog,
  focusComposer,
  hasContextColumn,
  selected,
  statusMenuOpen,
  wallboard,
} from "../shell/view";
import type { Chord } from "./chord";

/** Something a person can do from anywhere: by key, from the palette, and listed in the help. */
export interface Action {
  id: string;
  title: Key;
  /** Where the help lists it. */
  group: "offers" | "conversation" | "page";
  chord?: Chord;
  /** Does nothing now; keys and palette leave it out. */
  possible?: () => boolean;
  run: () => void;
}

const inHand = (): boolean => selected.value?.state === "assigned" || selected.value?.state === "paused";
const ringing = (): boolean => offers.value.length > 0;

export const ACTIONS: readonly Action[] = [
  { id: "accept", title: "action.accept", group: "offers", chord: "Alt+KeyA", possible: ringing, run: acceptFirst },
  { id: "decline", title: "action.decline", group: "offers", chord: "Alt+KeyX", possible: ringing, run: declineFirst },
  {
    id: "status",
    title: "action.change_status",
    group: "offers",
    chord: "Alt+KeyS",
    run: () => (statusMenuOpen.value = true),
  },
  {
    id: "reply",
    title: "action.reply",
    group: "conversation",
    chord: "Alt+KeyR",
    possible: () => selected.value !== null,
    run: focusComposer,
  },
  {
    id: "note",
    title: "action.note_mode",
    group: "conversation",
    chord: "Alt+KeyN",
    possible: () => selected.value !== null,
    run: toggleNote,
  },
  { id: "wrap_up", title: "action.end", group: "conversation", chord: "Alt+KeyE", possible: inHand, run: endSelected },
  { id: "transfer", title: "action.transfer", group: "conversation", chord: "Alt+KeyT", possible: inHand, run: openTransfer },
  {
    id: "context",
    title: "action.toggle_context",
    group: "conversation",
    chord: "Alt+KeyC",
    possible: () => selected.value !== null,
    run: toggleContext,
  },
  { id: "next", title: "action.next", group: "conversation", chord: "Alt+ArrowDown", run: () => step(1) },
  { id: "previous", title: "action.previous", group: "conversation", chord: "Alt+ArrowUp", run: () => step(-1) },
  { id: "palette", title: "action.palette", group: "page", chord: "Mod+KeyK", run: () => (dialog.value = { kind: "palette" }) },
  { id: "shortcuts", title: "action.shortcuts", group: "page", chord: "?", run: () => (dialog.value = { kind: "shortcuts" }) },
  {
    id: "work",
    title: "page.work",
    group: "page",
    chord: "Alt+KeyW",
    run: () => go({ page: "work", conversation_id: openConversation.value }),
  },
  { id: "board", title: "page.board", group: "page", chord: "Alt+KeyB", possible: () => overseer.value, run: () => go({ page: "board" }) },
  {
    id: "wallboard",
    title: "board.wallboard",
    group: "page",
    possible: () => route.value.page === "board",
    run: () => (wallboard.value = true),
  },
  { id: "settings", title: "page.settings", group: "page", run: () => go({ page: "settings" }) },
  { id: "sign_out", title: "action.sign_out", group: "page", run: () => void leave() },
];

/** One action for each status, for the palette. */
export function statusActions(): { name: string; label: string; run: () => void }[] {
  return statuses.value.map(({ name, label }) => ({ name, label, run: () => void setStatus(name) }));
}

/** Accept an offer and go to its conversation. */
export function accept(offerId: string): void {
  const conversation = offers.peek().find((one) => one.offer_id === offerId)?.work_item.conversation_id;
  void acceptOffer(offerId).then((won) => {
    if (won && conversation !== undefined) {
      accepted.value = conversation;
      go({ page: "work", conversation_id: conversation });
      focusComposer();
    }
  });
}

/** Decline, or ask for the reason where the centre wants one. */
export function decline(offerId: string): void {
  if (state.peek().decline_reasons.length > 0) declineMenuOpen.value = true;
  else void declineOffer(offerId, "");
}

function acceptFirst(): void {
  const [first] = offers.peek();
  if (first) accept(first.offer_id);
}

function declineFirst(): void {
  const [first] = offers.peek();
  if (first) decline(first.offer_id);
}

function toggleNote(): void {
  const id = openConversation.peek();
  if (id === null) return;
  const draft = draftOf(id);
  setDraft(id, { ...draft, note: !draft.note });
  focusComposer();
}

function endSelected(): void {
  const item = selected.peek()?.work_item;
  if (item) void wrapUp(item.work_item_id);
}

function openTransfer(): void {
  const item = selected.peek()?.work_item;
  if (item) dialog.value = { kind: "transfer", work_item_id: item.work_item_id };
}

export function toggleContext(): void {
  if (hasContextColumn.value) change({ context_open: !settings.peek().context_open });
  else contextSheet.value = !contextSheet.peek();
}

/** To the conversation so many places below the one in view, round and round. */
function step(by: number): void {
  const all = assignments.peek();
  if (all.length === 0) return;
  const here = all.findIndex((one) => one.conversation.conversation_id === openConversation.peek());
  const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : (here + by + all.length) % all.length];
  if (next) go({ page: "work", conversation_id: next.conversation.conversation_id });
  focusComposer();
}
