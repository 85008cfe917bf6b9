import type { Message } from "@usher/protocol";

/** What one author says in one go, without a long pause: drawn under one name and one time. */
export interface Group {
  kind: "group";
  /** `n` of the first message: stable while messages are added at either end of the conversation. */
  key: number;
  messages: readonly Message[];
}

/** A new day begins. at: the time of its first message. */
interface DayMark {
  kind: "day";
  key: number;
  at: number;
}

/** The first message I have not read when I opened the conversation. */
interface NewMark {
  kind: "new";
  key: number;
}

export type Row = Group | DayMark | NewMark;

const PAUSE_MS = 5 * 60_000;

/**
 * The rows of a conversation, oldest first.
 *
 * newFromN: where the divider "new" goes (null: nowhere). dayOf: the local calendar day of a time, as an ordinal.
 */
export function rowsOf(messages: readonly Message[], newFromN: number | null, dayOf: (at: number) => number): Row[] {
  const rows: Row[] = [];
  let open: Message[] = [];
  let last: Message | null = null;
  for (const message of messages) {
    const newDay = last === null || dayOf(last.at) !== dayOf(message.at);
    const firstNew = message.n === newFromN;
    if (newDay) rows.push({ kind: "day", key: message.n, at: message.at });
    if (firstNew) rows.push({ kind: "new", key: message.n });
    if (last === null || newDay || firstNew || !belongsTo(last, message)) {
      open = [];
      rows.push({ kind: "group", key: message.n, messages: open });
    }
    open.push(message);
    last = message;
  }
  return rows;
}

/** Whether two rows draw the same: a message that changed is another object. */
export function sameRow(one: Row, other: Row): boolean {
  if (one.kind !== "group" || other.kind !== "group") return one.kind === other.kind && one.key === other.key;
  return (
    one.messages.length === other.messages.length && one.messages.every((message, at) => message === other.messages[at])
  );
}

function belongsTo(last: Message, next: Message): boolean {
  return (
    next.kind !== "system" &&
    last.kind === next.kind &&
    last.author === next.author &&
    last.author_id === next.author_id &&
    next.at - last.at < PAUSE_MS
  );
}
