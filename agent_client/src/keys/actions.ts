import type { Conversation } from "@usher/protocol";

import type { Key } from "../i18n/language";
import { onCall } from "../live/calls";
import { cases } from "../live/cases";
import { acceptOffer, declineOffer, resendMessage, setStatus } from "../live/commands";
import { changeDraft, draftOf } from "../live/drafts";
import { change, settings } from "../live/settings";
import { assignments, departments, offers, overseer, state, statuses, voice } from "../live/store";
import { openCallTransfer, toggleHold, toggleKeypad, toggleMute, toggleRecording } from "../phone/acts";
import { callOf, currentCall, may } from "../phone/current";
import { AREA_NAMES, type AreaName, go, openConversation, route } from "../router";
import { AREAS } from "../shell/areas";
import { leave } from "../shell/sign";
import { carriesFiles } from "../state/attachable";
import { lastStuck } from "../state/delivery";
import { endWork } from "../desk/ending";
import {
  accepted,
  attachCalls,
  choicesOpen,
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
  group: "offers" | "conversation" | "call" | "page";
  chord?: Chord;
  /** Does nothing now; keys and palette leave it out. */
  possible?: () => boolean;
  run: () => void;
}

const inHand = (): boolean => selected.value?.state === "assigned" || selected.value?.state === "paused";
/** The case whose page is open, once it is known. */
const caseInView = (): string | null => {
  const { page, ...rest } = route.value;
  const number = page === "cases" && "path" in rest ? Number(rest.path[0]) : 0;
  return number > 0 ? ([...cases.value.values()].find((one) => one.number === number)?.case_id ?? null) : null;
};
const inCall = (): boolean => currentCall.value !== null;
/** What the customer can still be sent, in the conversation in view; null: nothing. */
const talking = (): Conversation | null =>
  inHand() && selected.value?.conversation.state === "open" ? selected.value.conversation : null;
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
  { id: "pick", title: "pick.title", group: "offers", chord: "Alt+KeyP", run: () => (dialog.value = { kind: "pick" }) },
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
  {
    id: "attach",
    title: "attach.add",
    group: "conversation",
    chord: "Alt+KeyF",
    possible: () => carriesFiles(talking()?.can ?? null) && talking() !== null,
    run: () => (attachCalls.value += 1),
  },
  {
    id: "choices",
    title: "choices.title",
    group: "conversation",
    chord: "Alt+KeyQ",
    possible: () => (talking()?.can?.quick_replies ?? 0) > 0,
    run: () => (choicesOpen.value = !choicesOpen.peek()),
  },
  {
    id: "template",
    title: "template.choose",
    group: "conversation",
    chord: "Alt+KeyU",
    possible: () => (talking()?.can?.templates.length ?? 0) > 0,
    run: openTemplates,
  },
  { id: "macros", title: "macro.run", group: "conversation", chord: "Alt+KeyI", possible: () => inHand() || caseInView() !== null, run: openMacros },
  {
    id: "send_again",
    title: "action.send_again",
    group: "conversation",
    chord: "Alt+KeyG",
    possible: () => selected.value !== null && lastStuck(selected.value.conversation) !== null,
    run: sendAgain,
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
  {
    id: "ask_department",
    title: "step.ask",
    group: "conversation",
    chord: "Alt+KeyO",
    possible: () => selected.value !== null && departments.value.length > 0,
    run: askDepartment,
  },
  { id: "new_case", title: "action.new_case", group: "conversation", chord: "Alt+KeyV", run: newCase },
  { id: "mute", title: "call.mute_toggle", group: "call", chord: "Alt+KeyM", possible: inCall, run: () => toggleMute() },
  { id: "hold", title: "call.hold_toggle", group: "call", chord: "Alt+KeyH", possible: inCall, run: () => toggleHold() },
  { id: "keypad", title: "call.keypad", group: "call", chord: "Alt+KeyK", possible: inCall, run: () => toggleKeypad() },
  { id: "record", title: "call.record_toggle", group: "call", possible: inCall, run: () => toggleRecording() },
  { id: "hang_up", title: "call.hang_up", group: "call", chord: "Alt+KeyL", possible: inCall, run: hangUp },
  {
    id: "dial",
    title: "call.dial_title",
    group: "call",
    chord: "Alt+KeyD",
    possible: () => voice.value,
    run: () => (dialog.value = { kind: "dial" }),
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
  {
    id: "wallboard",
    title: "board.wallboard",
    group: "page",
    possible: () => route.value.page === "board",
    run: () => (wallboard.value = true),
  },
  {
    id: "broadcast",
    title: "broadcast.title",
    group: "page",
    possible: () => overseer.value,
    run: () => (dialog.value = { kind: "broadcast" }),
  },
  ...AREA_NAMES.map(areaAction),
  { id: "sign_out", title: "action.sign_out", group: "page", run: () => void leave() },
];

function areaAction(name: AreaName): Action {
  const { title, chord, may: possible } = AREAS[name];
  return { id: name, title, group: "page", ...(chord ? { chord } : {}), possible, run: () => go({ page: name, path: [] }) };
}

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
  changeDraft(id, { note: !draftOf(id).note });
  focusComposer();
}

function openTemplates(): void {
  const id = openConversation.peek();
  if (id !== null) dialog.value = { kind: "template", conversation_id: id };
}

/** Of the conversation in view, or of the case. */
export function openMacros(): void {
  const conversation = openConversation.peek();
  const inView = caseInView();
  if (conversation !== null) dialog.value = { kind: "macros", of: { conversation_id: conversation } };
  else if (inView !== null) dialog.value = { kind: "macros", of: { case_id: inView } };
}

function askDepartment(): void {
  const id = openConversation.peek();
  if (id !== null) dialog.value = { kind: "ask_department", conversation_id: id };
}

/** Of the conversation in view; elsewhere, of what came by no channel. */
function newCase(): void {
  dialog.value = { kind: "new_case", conversation_id: selected.peek()?.conversation.conversation_id ?? "" };
}

/** The newest of the messages that did not get through. */
function sendAgain(): void {
  const conversation = selected.peek()?.conversation;
  const stuck = conversation ? lastStuck(conversation) : null;
  if (stuck) void resendMessage(stuck.conversation_id, stuck.n);
}

function endSelected(): void {
  const item = selected.peek()?.work_item;
  if (item) void endWork(item.work_item_id);
}

function hangUp(): void {
  const call = currentCall.peek();
  if (call === null) return;
  if (may(call, "hang_up")) void onCall("call.hang_up", call.call_id);
  else if (may(call, "leave")) void onCall("call.leave", call.call_id);
}

function openTransfer(): void {
  const item = selected.peek()?.work_item;
  const call = item ? callOf(item.work_item_id) : null;
  if (call !== null) openCallTransfer(call);
  else if (item) dialog.value = { kind: "transfer", work_item_id: item.work_item_id };
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
