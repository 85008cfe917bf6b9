import type {
  Assignment,
  BoardAgent,
  BoardQueue,
  Call,
  Conversation,
  CustomerCard,
  DepartmentChoice,
  DispositionName,
  Me,
  Offer,
  QueueName,
  StatusChoice,
  Step,
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

/** Somebody else's conversation that I read along in. */
export interface Monitored {
  work_item_id: string;
  conversation: Conversation;
  customer: CustomerCard;
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
  /** Calls this person is part of, or whose items are theirs, by id. */
  calls: ReadonlyMap<string, Call>;
  /** Whether calls can be made and answered here. */
  voice: boolean;
  /** All skills the centre knows. */
  skills: readonly string[];
  monitored: Monitored | null;
  /** Who else can be asked; known from the first fetch of steps on. */
  departments: readonly DepartmentChoice[];
  /** Steps by conversation, oldest first, of those that were fetched; the conversation fetched last is the last. */
  steps: ReadonlyMap<string, readonly Step[]>;
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
  calls: new Map(),
  voice: false,
  skills: [],
  monitored: null,
  departments: [],
  steps: new Map(),
  typing: {},
  board: null,
};
