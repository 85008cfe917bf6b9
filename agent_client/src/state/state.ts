import type {
  Assignment,
  BoardAgent,
  BoardQueue,
  DispositionName,
  Me,
  Offer,
  QueueName,
  StatusChoice,
} from "@usher/protocol";

/** Somebody on the other side of a conversation is typing. */
export interface TypingNow {
  author_name: string;
  for_ms: number;
}

/** The live board, in the server's order. Agents and queues keep their identity while they do not change. */
export interface Board {
  agents: ReadonlyMap<string, BoardAgent>;
  queues: ReadonlyMap<string, BoardQueue>;
}

/**
 * All this page knows from the server. It changes only through `reduce`, never in place.
 *
 * `me` is null until the first snapshot. Offers are in the order they came, assignments in the order of acceptance;
 * at most one of each per work item.
 */
export interface State {
  me: Me | null;
  statuses: readonly StatusChoice[];
  queues: readonly QueueName[];
  dispositions: readonly DispositionName[];
  decline_reasons: readonly string[];
  offers: readonly Offer[];
  assignments: readonly Assignment[];
  typing: Readonly<Record<string, TypingNow>>;
  board: Board | null;
}

export const nothing: State = {
  me: null,
  statuses: [],
  queues: [],
  dispositions: [],
  decline_reasons: [],
  offers: [],
  assignments: [],
  typing: {},
  board: null,
};
