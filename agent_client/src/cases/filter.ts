import type { Case, CaseFilter } from "@usher/protocol";

import { dueOf } from "../state/milestones";

export type Status = Case["status"];
export type Priority = Case["priority"];

export const STATUSES: readonly Status[] = ["new", "working", "waiting", "escalated", "closed"];
export const OPEN: readonly Status[] = ["new", "working", "waiting", "escalated"];
export const PRIORITIES: readonly Priority[] = ["urgent", "high", "normal", "low"];

/** A filter with everything said, as screens work with it. */
export type Filter = Required<CaseFilter>;

export const ANY: Filter = {
  scope: "all",
  statuses: [],
  case_types: [],
  owner_ids: [],
  queues: [],
  priorities: [],
  labels: [],
  text: "",
  folder: null,
  customer_id: "",
  parent_id: "",
  due_within_s: null,
  late: false,
};

/** Who looks: their id and their queues. */
interface Looking {
  agent_id: string;
  queues: readonly string[];
}

const in_ = <T>(wanted: readonly T[], value: T): boolean => wanted.length === 0 || wanted.includes(value);

/**
 * Whether a case that changed belongs into a list that is shown, as far as this page can tell. The server is the judge:
 * by words and by time only it finds, and the list is fetched again to be sure.
 */
export function meets(one: Case, filter: Filter, by: Looking): boolean {
  return (
    (filter.scope !== "mine" || one.owner_id === by.agent_id) &&
    (filter.scope !== "queues" || (one.owner_id === "" && by.queues.includes(one.queue))) &&
    in_(filter.statuses, one.status) &&
    in_(filter.case_types, one.case_type) &&
    in_(filter.owner_ids, one.owner_id) &&
    in_(filter.queues, one.queue) &&
    in_(filter.priorities, one.priority) &&
    filter.labels.every((label) => one.labels.includes(label)) &&
    (filter.folder === null || one.folder === filter.folder) &&
    (filter.customer_id === "" || one.customer.customer_id === filter.customer_id) &&
    (filter.parent_id === "" || one.parent_id === filter.parent_id) &&
    (!filter.late || one.milestones.some((milestone) => milestone.late)) &&
    filter.text === "" &&
    filter.due_within_s === null
  );
}

/** On the board: the most urgent first, then what is due first, then the oldest. */
export function byUrgency(one: Case, other: Case): number {
  return (
    PRIORITIES.indexOf(one.priority) - PRIORITIES.indexOf(other.priority) ||
    compared(dueOf(one), dueOf(other)) ||
    one.number - other.number
  );
}

function compared(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
