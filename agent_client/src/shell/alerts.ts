import type { Call, Message, Offer, StaffEvent } from "@usher/protocol";
import { computed, effect } from "@preact/signals";

import { t } from "../i18n/language";
import { announce } from "../live/announce";
import { autoAccepting } from "../live/auto-accept";
import { acceptOffer } from "../live/commands";
import { draftOf, keepOnlyDrafts } from "../live/drafts";
import { notify } from "../live/notices";
import { tick } from "../live/server-time";
import { settings } from "../live/settings";
import { playMessage, playRing } from "../live/sound";
import { assignments, listen, offers } from "../live/store";
import { partnerName } from "../phone/current";
import { go, openConversation } from "../router";
import type { State } from "../state/state";
import { uncalled } from "./view";
import { unreadCount } from "../state/unread";
import { wordsOf } from "../desk/message-words";

/** Everything that calls for a person who looks elsewhere: sound, title, desktop notification, screen reader. */
export function startAlerts(): () => void {
  // It does not come into view by itself: somebody may be writing to another customer.
  const auto = autoAccepting((offerId) => void acceptOffer(offerId));
  const stops = [listen(onEvent), effect(followTitle), effect(ringOn), effect(() => auto.follow(offers.value)), auto.stop];
  return () => stops.forEach((stop) => stop());
}

function onEvent(before: State, event: StaffEvent, after: State): void {
  switch (event.type) {
    case "snapshot":
      onSnapshot(after);
      break;
    case "offer.created":
      onOffer(event.offer);
      break;
    case "offer.closed":
      if (event.outcome === "rescinded" && before.offers.some((one) => one.offer_id === event.offer_id))
        notify("info", "offer.taken_back");
      break;
    case "message.created":
      if (event.message.author === "customer") onCustomerMessage(event.message);
      else if (event.message.kind === "note" && event.message.author_id !== after.me?.agent_id) onWhisper(event.message, after);
      break;
    case "call.changed":
      onCallChanged(before.calls.get(event.call.call_id), event.call);
      break;
    case "call.closed":
      if (before.calls.has(event.call_id)) announce(t("call.announced_over"), "soon");
      break;
    case "notice.posted":
      playMessage();
      notify("info", "broadcast.from", { name: event.by, text: event.text }, true);
      break;
    case "presence.changed":
      if (event.by !== null) notify("warn", "status.changed_by", { name: event.by });
      else if (event.reason === "missed_offer") notify("warn", "status.missed_offer");
      break;
    case "item.closed":
      onItemClosed(before, event.work_item_id, event.reason);
      forgetOldDrafts(after);
      break;
    default: // the other events are seen where they are drawn
  }
}

function onOffer(offer: Offer): void {
  const name = offer.work_item.customer.name || t("customer.unnamed");
  playRing();
  announce(t("offer.announced", { name }), "now");
  showNotification(t("offer.title", { name }), offer.work_item.preview, null);
}

/** How a call stands is said to who does not see it, as often as it changes. */
function onCallChanged(before: Call | undefined, call: Call): void {
  if (before !== undefined && before.version >= call.version) return;
  if (before?.state !== call.state)
    announce(t("call.announced", { name: partnerName(call), state: t(`call.state.${call.state}`) }), "now");
}

/** A colleague notes something in a conversation of mine: the customer must not hear that it was said. */
function onWhisper(message: Message, after: State): void {
  if (!after.assignments.some((one) => one.conversation.conversation_id === message.conversation_id)) return;
  playMessage();
  notify("info", "message.whispered", { name: message.author_name, text: message.text });
}

function onCustomerMessage(message: Message): void {
  const name = message.author_name || t("customer.unnamed");
  const inView = openConversation.peek() === message.conversation_id && document.hasFocus();
  if (inView) return;
  playMessage();
  announce(t("message.announced", { name, text: wordsOf(message) }), "soon");
  showNotification(name, wordsOf(message), message.conversation_id);
}

/** From the item that is gone to the one that takes its place in the list; and why, if it was not my doing. */
function onItemClosed(before: State, workItemId: string, reason: string): void {
  const place = before.assignments.findIndex((one) => one.work_item.work_item_id === workItemId);
  const gone = before.assignments[place];
  if (!gone) return;
  if (reason === "cancelled" || reason === "agent_gone" || reason === "resumed") {
    const name = gone.work_item.customer.name || t("customer.unnamed");
    notify("warn", `item.${reason}`, { name });
  }
  if (openConversation.peek() !== gone.conversation.conversation_id) return;
  const left = assignments.peek();
  const next = left[Math.min(place, left.length - 1)];
  if (isWriting(gone.conversation.conversation_id)) uncalled.value = next?.conversation.conversation_id ?? null;
  go({ page: "work", conversation_id: next?.conversation.conversation_id ?? null }, true);
}

/** During a break of the line the open conversation may have become somebody else's. */
function onSnapshot(after: State): void {
  const open = openConversation.peek();
  const ids = after.assignments.map((one) => one.conversation.conversation_id);
  if (open !== null && !ids.includes(open) && isWriting(open)) uncalled.value = ids[0] ?? null;
  forgetOldDrafts(after);
}

/** In the middle of words to this conversation's customer. */
function isWriting(conversationId: string): boolean {
  return draftOf(conversationId).text !== "" && document.activeElement instanceof HTMLTextAreaElement;
}

function forgetOldDrafts(after: State): void {
  keepOnlyDrafts(new Set(after.assignments.map((one) => one.conversation.conversation_id)));
}

const ringing = computed(() => offers.value.length > 0);
const unreadInAll = computed(() => assignments.value.reduce((sum, one) => sum + unreadCount(one.conversation), 0));

/** The title flashes while something rings, else counts the unread. */
function followTitle(): void {
  const [first] = offers.value;
  const flash = first !== undefined && Math.floor(tick.value / 1_000) % 2 === 0;
  const name = first?.work_item.customer.name ?? "";
  if (flash) document.title = `● ${t("offer.title", { name: name || t("customer.unnamed") })}`;
  else document.title = unreadInAll.value > 0 ? `(${unreadInAll.value}) Usher` : "Usher";
}

/** Rings every third second for as long as something is on offer. */
function ringOn(): (() => void) | undefined {
  if (!ringing.value) return undefined;
  const timer = setInterval(playRing, 3_000);
  return () => {
    clearInterval(timer);
  };
}

function showNotification(title: string, body: string, conversationId: string | null): void {
  const wanted = settings.peek().notifications && document.visibilityState === "hidden";
  if (!wanted || !("Notification" in window) || Notification.permission !== "granted") return;
  const notification = new Notification(title, { body, tag: conversationId ?? "offer" });
  notification.onclick = () => {
    window.focus();
    notification.close();
    if (conversationId !== null) go({ page: "work", conversation_id: conversationId });
  };
}
