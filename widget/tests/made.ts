/** Small makers of wire shapes for the tests. */
import type { Conversation, Message } from "@usher/protocol";

export function message(n: number, facts: Partial<Message> = {}): Message {
  return {
    conversation_id: "c1",
    n,
    kind: "text",
    author: "customer",
    author_id: "p1",
    author_name: "",
    text: `text ${n}`,
    client_id: "",
    at: 1_700_000_000_000 + n * 1_000,
    ...facts,
  };
}

export function conversation(messages: Message[], facts: Partial<Conversation> = {}): Conversation {
  return {
    conversation_id: "c1",
    channel: "webchat",
    account: "demo",
    state: "open",
    department: "",
    language: "en",
    page_url: "",
    started_at: 1_700_000_000_000,
    closed_at: null,
    last_n: messages.at(-1)?.n ?? 0,
    receipts: { customer_delivered_n: 0, customer_read_n: 0, agent_delivered_n: 0, agent_read_n: 0 },
    messages,
    more: false,
    rating: null,
    ...facts,
  };
}
