import type { Assignment, Call, Conversation, Me, Message, Offer, StaffSnapshot, Why, WorkItem } from "@usher/protocol";

import type { State } from "../../src/state/state";

/** Small whole values for histories made by hand. Times are plain small numbers. */
export const me: Me = {
  agent_id: "anna",
  name: "Anna Kowalska",
  email: "anna@larkspur.example",
  role: "agent",
  team: "Garden",
  language: "pl",
  status: "available",
  status_since: 10,
  status_reason: "sign_in",
  reachability: "connected",
  units_held: 0,
  units_limit: 100,
  skills: { pl: 10 },
  queues: ["orders"],
  status_by: null,
  next_status: "",
};

export function item(key: string): WorkItem {
  return {
    work_item_id: `w-${key}`,
    conversation_id: `c-${key}`,
    channel: "webchat",
    queue: "orders",
    customer: { customer_id: `u-${key}`, name: key, email: "", language: "en" },
    language: "en",
    requirements: [],
    priority: 0,
    weight: 25,
    enqueued_at: 1,
    preview: "Hello",
  };
}

export function offer(key: string, n = 1): Offer {
  const why: Why = { model: "longest_idle", waited_ms: 5, matched: [], attempt: n, transferred_by: null };
  return { offer_id: `o-${key}-${n}`, work_item: item(key), expires_at: 100, ring_ms: 50, why, auto: false };
}

export function message(key: string, n: number, change: Partial<Message> = {}): Message {
  return {
    conversation_id: `c-${key}`,
    n,
    kind: "text",
    author: "customer",
    author_id: `u-${key}`,
    author_name: key,
    text: `message ${n}`,
    client_id: `client-${key}-${n}`,
    at: n * 1_000,
    ...change,
  };
}

export function conversation(key: string, messages: Message[], change: Partial<Conversation> = {}): Conversation {
  return {
    conversation_id: `c-${key}`,
    channel: "webchat",
    account: "demo",
    state: "open",
    department: "orders",
    language: "en",
    page_url: "",
    started_at: 1,
    closed_at: null,
    last_n: messages.at(-1)?.n ?? 0,
    receipts: { customer_delivered_n: 0, customer_read_n: 0, agent_delivered_n: 0, agent_read_n: 0 },
    messages,
    more: false,
    rating: null,
    ...change,
  };
}

export function assignment(key: string, messages: Message[], change: Partial<Assignment> = {}): Assignment {
  return {
    work_item: item(key),
    units: 25,
    state: "assigned",
    accepted_at: 20,
    wrap_up_until: null,
    conversation: conversation(key, messages),
    customer_online: true,
    ...change,
  };
}

export function call(key: string, version: number, change: Partial<Call> = {}): Call {
  return {
    call_id: `call-${key}`,
    version,
    work_item_id: `w-${key}`,
    conversation_id: `c-${key}`,
    account: "main",
    direction: "in",
    state: "talking",
    outcome: "",
    number: "+48221234567",
    queue: "orders",
    started_at: 1,
    connected_at: 20,
    ended_at: null,
    legs: [],
    recording: "off",
    actions: ["hold", "hang_up"],
    notice: "",
    ...change,
  };
}

export function snapshot(change: Partial<StaffSnapshot> = {}): StaffSnapshot {
  return {
    type: "snapshot",
    server_time: 10,
    me,
    statuses: [],
    queues: [],
    dispositions: [],
    decline_reasons: [],
    offers: [],
    assignments: [],
    calls: [],
    voice: true,
    pacing: 1,
    skills: [],
    ...change,
  };
}

/** What of a state a snapshot tells: the law is about this. The rest is remembered by the page alone. */
export function told(state: State): object {
  const { statuses, queues, dispositions, decline_reasons, offers, assignments, calls } = state;
  return { me: state.me, statuses, queues, dispositions, decline_reasons, offers, assignments, calls };
}
