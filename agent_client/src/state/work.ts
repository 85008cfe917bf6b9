import type { Assignment, Conversation, Message, Offer, Receipts } from "@usher/protocol";

import type { State } from "./state";

export function receiveOffer(state: State, offer: Offer): State {
  if (state.offers.some((one) => one.offer_id === offer.offer_id)) return state;
  return { ...state, offers: [...state.offers, offer] };
}

export function closeOffer(state: State, offerId: string): State {
  const offers = state.offers.filter((one) => one.offer_id !== offerId);
  return offers.length === state.offers.length ? state : { ...state, offers };
}

/** The item is mine; whatever rang for it has been answered. */
export function receiveAssignment(state: State, assignment: Assignment): State {
  const id = assignment.work_item.work_item_id;
  const others = state.assignments.filter((one) => one.work_item.work_item_id !== id);
  return {
    ...state,
    offers: state.offers.filter((offer) => offer.work_item.work_item_id !== id),
    assignments: [...others, assignment].sort((one, other) => one.accepted_at - other.accepted_at),
  };
}

/** Put aside until the customer writes again; it holds so many units meanwhile. */
export function pauseWork(state: State, workItemId: string, units: number): State {
  return changeAssignment(
    state,
    (one) => one.work_item.work_item_id === workItemId,
    (one) => ({ ...one, state: "paused", units }),
  );
}

export function resumeWork(state: State, workItemId: string): State {
  return changeAssignment(
    state,
    (one) => one.work_item.work_item_id === workItemId,
    (one) => ({ ...one, state: "assigned", units: one.work_item.weight }),
  );
}

export function startWrapUp(state: State, workItemId: string, until: number): State {
  return changeAssignment(
    state,
    (one) => one.work_item.work_item_id === workItemId,
    (one) => ({ ...one, state: "wrap_up", wrap_up_until: until }),
  );
}

export function closeItem(state: State, workItemId: string): State {
  const assignments = state.assignments.filter((one) => one.work_item.work_item_id !== workItemId);
  return assignments.length === state.assignments.length ? state : { ...state, assignments };
}

/** Messages have their place `n`; the same place twice is the same message. */
export function receiveMessage(state: State, message: Message): State {
  return changeConversation(state, message.conversation_id, (conversation) =>
    conversation.messages.some((one) => one.n === message.n)
      ? conversation
      : {
          ...conversation,
          messages: merged(conversation.messages, [message]),
          last_n: Math.max(conversation.last_n, message.n),
        },
  );
}

/** One message is different now; one that this page does not hold is left alone. */
export function changeMessage(
  state: State,
  conversationId: string,
  n: number,
  change: (old: Message) => Message,
): State {
  return changeConversation(state, conversationId, (conversation) => ({
    ...conversation,
    messages: conversation.messages.map((one) => (one.n === n ? change(one) : one)),
  }));
}

/** The messages before `beforeN`. `more`: there are still older ones. */
export interface OlderPage {
  beforeN: number;
  messages: readonly Message[];
  more: boolean;
}

/** Older messages were fetched. When others are known by now than when they were asked for, a gap would stay: then nothing. */
export function receiveOlder(state: State, conversationId: string, { beforeN, messages, more }: OlderPage): State {
  return changeConversation(state, conversationId, (conversation) =>
    (conversation.messages[0]?.n ?? beforeN) === beforeN
      ? { ...conversation, messages: merged(conversation.messages, messages), more }
      : conversation,
  );
}

export function receiveReceipts(state: State, conversationId: string, receipts: Receipts): State {
  return changeConversation(state, conversationId, (conversation) => ({ ...conversation, receipts }));
}

export function closeConversation(state: State, conversationId: string, closedAt: number): State {
  return changeConversation(state, conversationId, (conversation) => ({
    ...conversation,
    state: "closed",
    closed_at: closedAt,
  }));
}

export function rateConversation(state: State, conversationId: string, rating: number): State {
  return changeConversation(state, conversationId, (conversation) => ({ ...conversation, rating }));
}

export function customerOnline(state: State, conversationId: string, online: boolean): State {
  return changeAssignment(
    state,
    (one) => one.conversation.conversation_id === conversationId,
    (one) => ({ ...one, customer_online: online }),
  );
}

/** In order of `n`, each once. The usual case, one newer message, is a plain append. */
function merged(known: readonly Message[], added: readonly Message[]): Message[] {
  const [first] = added;
  const last = known.at(-1);
  if (added.length === 1 && first && (!last || first.n > last.n)) return [...known, first];
  const byPlace = new Map([...known, ...added].map((message) => [message.n, message]));
  return [...byPlace.values()].sort((one, other) => one.n - other.n);
}

function changeConversation(
  state: State,
  conversationId: string,
  change: (conversation: Conversation) => Conversation,
): State {
  const changed = changeAssignment(
    state,
    (one) => one.conversation.conversation_id === conversationId,
    (one) => ({ ...one, conversation: change(one.conversation) }),
  );
  const { monitored } = changed;
  if (monitored?.conversation.conversation_id !== conversationId) return changed;
  return { ...changed, monitored: { ...monitored, conversation: change(monitored.conversation) } };
}

function changeAssignment(
  state: State,
  which: (one: Assignment) => boolean,
  change: (one: Assignment) => Assignment,
): State {
  if (!state.assignments.some(which)) return state;
  return { ...state, assignments: state.assignments.map((one) => (which(one) ? change(one) : one)) };
}
