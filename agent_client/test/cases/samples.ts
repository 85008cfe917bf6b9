import type { Case, Milestone } from "@usher/protocol";

export const NOW = 1_800_000_000_000;
export const MINUTE = 60_000;

export function milestone(some: Partial<Milestone> = {}): Milestone {
  return {
    name: "first_response",
    number: 1,
    state: "running",
    started_at: NOW - 60 * MINUTE,
    due_at: NOW + 60 * MINUTE,
    warn_at: null,
    remaining_ms: 60 * MINUTE,
    ended_at: null,
    late: false,
    ...some,
  };
}

export function aCase(number: number, some: Partial<Case> = {}): Case {
  return {
    case_id: `case-${number}`,
    number,
    revision: 1,
    conversation_id: `k-${number}`,
    work_item_id: "",
    subject: `Matter ${number}`,
    customer: { customer_id: `u-${number}`, name: "Ann Lee", email: "", language: "en" },
    case_type: "",
    priority: "normal",
    status: "new",
    owner_id: "",
    owner_name: "",
    queue: "orders",
    channel: "email",
    account: "demo",
    language: "en",
    folder: "",
    labels: [],
    parent_id: "",
    children: 0,
    created_at: NOW,
    updated_at: NOW,
    closed_at: null,
    promised_at: null,
    milestones: [],
    plan: "",
    csat: null,
    nps: null,
    ...some,
  };
}
