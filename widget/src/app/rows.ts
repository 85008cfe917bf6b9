/** A conversation as the rows of its log: days, system lines, texts in groups, then what is not acknowledged yet. */
import type { Conversation, File as Kept, Message } from "@usher/protocol";
import type { Outgoing } from "./outbox";

type Mark = "sending" | "sent" | "delivered" | "read" | "failed";

export type Row =
  | { kind: "day"; key: string; at: number }
  | { kind: "system"; key: string; text: string; name: string; at: number }
  | {
      kind: "text";
      key: string;
      text: string;
      files: readonly Kept[];
      at: number;
      mine: boolean;
      /** Of the other side; empty for the customer's own. */
      name: string;
      bot: boolean;
      first: boolean;
      last: boolean;
      /** How far an own message has come; null where a later one says it already. */
      mark: Mark | null;
      pending: Outgoing | null;
    };
export type TextRow = Extract<Row, { kind: "text" }>;

/** Texts of one author closer than this stand together. */
const GROUP_MS = 300_000;

/** A message in one line: its text, or the names of its files. */
export function wordsOf({ text, extra }: Message): string {
  return text || (extra?.files ?? []).map((file) => file.name).join(", ");
}

export function rowsOf(conversation: Conversation | null, outbox: readonly Outgoing[]): Row[] {
  const messages = conversation?.messages ?? [];
  const lastMine = messages.findLast((message) => message.author === "customer" && message.kind === "text");
  const said = messages.flatMap<Row>((message) => {
    if (message.kind === "note") return [];
    if (message.kind === "system") return [systemRow(message)];
    return [textRow(message, conversation && message === lastMine ? markOf(conversation, message.n) : null)];
  });
  return grouped(withDays([...said, ...outbox.map(pendingRow)]));
}

function markOf({ receipts }: Conversation, n: number): Mark {
  if (n <= receipts.agent_read_n) return "read";
  return n <= receipts.agent_delivered_n ? "delivered" : "sent";
}

function systemRow({ n, text, author_name, at }: Message): Row {
  return { kind: "system", key: `n${n}`, text, name: author_name, at };
}

function textRow({ n, client_id, text, at, author, author_name, extra }: Message, mark: Mark | null): Row {
  const mine = author === "customer";
  // An own message keeps its key when it moves from the outbox into the conversation: nothing flickers.
  const key = mine && client_id ? client_id : `n${n}`;
  const name = mine ? "" : author_name;
  const files = extra?.files ?? [];
  return { kind: "text", key, text, files, at, mine, name, bot: author === "bot", first: true, last: true, mark, pending: null };
}

function pendingRow(pending: Outgoing): Row {
  const { client_id: key, text, at, failed, files = [] } = pending;
  const mark = failed ? "failed" : "sending";
  return { kind: "text", key, text, files, at, mine: true, name: "", bot: false, first: true, last: true, mark, pending };
}

function withDays(rows: readonly Row[]): Row[] {
  const dayOf = (at: number): string => new Date(at).toDateString();
  return rows.flatMap((row, i) => {
    const before = rows[i - 1];
    const sameDay = before && dayOf(before.at) === dayOf(row.at);
    return sameDay ? [row] : [{ kind: "day", key: `day ${dayOf(row.at)} ${i}`, at: row.at }, row];
  });
}

function grouped(rows: readonly Row[]): Row[] {
  const together = (one: Row | undefined, other: Row | undefined): boolean =>
    one?.kind === "text" &&
    other?.kind === "text" &&
    one.mine === other.mine &&
    one.name === other.name &&
    other.at - one.at < GROUP_MS;
  return rows.map((row, i) =>
    row.kind === "text" ? { ...row, first: !together(rows[i - 1], row), last: !together(row, rows[i + 1]) } : row,
  );
}
