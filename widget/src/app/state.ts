/** What the widget knows of its conversation, and what each event of the server does to it. Pure. */
import type {
  AgentFace,
  Conversation,
  CustomerCard,
  CustomerEvent,
  CustomerSnapshot,
  Message,
  Phase,
  QueuePosition,
} from "@usher/protocol";

export interface State {
  /** idle: not connected, because nobody has acted yet. */
  phase: Phase | "idle";
  /** A snapshot has been seen. */
  known: boolean;
  customer: CustomerCard | null;
  conversation: Conversation | null;
  queue: QueuePosition | null;
  agent: AgentFace | null;
  typing: { name: string; until: number } | null;
}

export const BLANK: State = {
  phase: "idle",
  known: false,
  customer: null,
  conversation: null,
  queue: null,
  agent: null,
  typing: null,
};

/** now: server time in ms. */
export function reduce(state: State, event: CustomerEvent, now: number): State {
  switch (event.type) {
    case "customer.snapshot":
      return replaced(state, event);
    case "conversation.started":
      return { ...state, conversation: event.conversation, queue: null, agent: null, typing: null };
    case "queue.changed":
      return concerns(state, event) ? { ...state, queue: event.queue } : state;
    case "agent.changed":
      return concerns(state, event) ? { ...state, agent: event.agent, queue: event.agent ? null : state.queue } : state;
    case "message.created":
      return concerns(state, event.message) ? heard(state, event.message) : state;
    case "message.changed":
      return changed(state, event.message.conversation_id, (old) => ({
        ...old,
        messages: old.messages.map((one) => (one.n === event.message.n ? event.message : one)),
      }));
    case "receipts.changed":
      return changed(state, event.conversation_id, (old) => ({ ...old, receipts: event.receipts }));
    case "typing.shown":
      return concerns(state, event)
        ? { ...state, typing: { name: event.author_name, until: now + event.for_ms } }
        : state;
    case "conversation.closed":
      return {
        ...changed(state, event.conversation_id, (old) => ({ ...old, state: "closed", closed_at: event.closed_at })),
        ...(concerns(state, event) && { queue: null, agent: null, typing: null }),
      };
    case "conversation.rated":
      return changed(state, event.conversation_id, (old) => ({ ...old, rating: event.rating }));
    default:
      return event satisfies never;
  }
}

/** Those before `beforeN`, fetched by the customer. When others are known by now than when they were asked for, nothing. */
export function withOlder(known: Conversation, beforeN: number, older: Message[], more: boolean): Conversation {
  if ((known.messages[0]?.n ?? 0) !== beforeN) return known;
  return { ...known, more, messages: [...older, ...known.messages] };
}

/** The customer has seen everything up to n. */
export function withRead(state: State, conversationId: string, n: number): State {
  return changed(state, conversationId, (old) => ({ ...old, receipts: { ...old.receipts, customer_read_n: n } }));
}

/** Texts of the others that the customer has not read. */
export function unreadOf(conversation: Conversation | null): number {
  return conversation?.messages.filter((message) => isUnread(conversation, message)).length ?? 0;
}

function isUnread(conversation: Conversation, message: Message): boolean {
  return message.kind === "text" && message.author !== "customer" && message.n > conversation.receipts.customer_read_n;
}

/** A snapshot carries only the newest messages; what was fetched before is kept where it joins without a gap. */
function replaced(state: State, { customer, conversation, queue, agent }: CustomerSnapshot): State {
  const before = state.conversation;
  const fresh = { ...state, known: true, customer, conversation, queue, agent, typing: null };
  if (!conversation || before?.conversation_id !== conversation.conversation_id) return fresh;
  const first = conversation.messages[0];
  const joins = first && before.messages.some((message) => message.n >= first.n);
  if (!joins) return fresh;
  const messages = joined(before.messages, conversation.messages);
  return { ...fresh, conversation: { ...conversation, messages, more: before.more } };
}

function heard(state: State, message: Message): State {
  const typing = message.author === "customer" ? state.typing : null;
  return changed({ ...state, typing }, message.conversation_id, (old) => ({
    ...old,
    last_n: Math.max(old.last_n, message.n),
    messages: joined(old.messages, [message]),
  }));
}

/** By n, each once; the later list wins. */
function joined(old: readonly Message[], fresh: readonly Message[]): Message[] {
  const byN = new Map([...old, ...fresh].map((message) => [message.n, message]));
  return [...byN.values()].sort((a, b) => a.n - b.n);
}

function concerns(state: State, { conversation_id }: { conversation_id: string }): boolean {
  return state.conversation?.conversation_id === conversation_id;
}

function changed(state: State, conversationId: string, change: (old: Conversation) => Conversation): State {
  const { conversation } = state;
  if (conversation?.conversation_id !== conversationId) return state;
  return { ...state, conversation: change(conversation) };
}
