/** Messages the server has not acknowledged yet: kept over reloads, sent again, never shown twice. */
import type { File as Kept, Message, StartConversation } from "@usher/protocol";

/** What a conversation is started with, beside its first message. */
export type Opening = Pick<StartConversation, "name" | "email" | "department" | "language" | "page_url" | "phone">;

export interface Outgoing {
  client_id: string;
  text: string;
  /** Local time in ms: order of writing. */
  at: number;
  /** null: it starts a conversation, as `opening` says. */
  conversation_id: string | null;
  opening: Opening | null;
  /** Why it was refused; empty while it is under way. */
  failed: Failure;
  /** At the server already, to go with it. */
  files?: readonly Kept[];
}
type Failure = "" | "closed" | "refused" | "busy";

/** More unacknowledged messages than this are not taken: something is badly wrong, and the customer should know. */
export const OUTBOX_LIMIT = 50;

/** Without those that the server has by now: they come back with their client_id. */
export function without(outbox: readonly Outgoing[], arrived: readonly Message[]): Outgoing[] {
  const ids = new Set(arrived.map((message) => message.client_id));
  return outbox.filter((message) => !ids.has(message.client_id));
}

/** code: of a refused command. null: nothing is known, it is sent again after the next welcome. */
export function failureOf(code: string): Failure | null {
  switch (code) {
    case "no_answer":
    case "stopped":
      return null;
    case "conversation_closed":
    case "unknown_conversation":
    case "not_yours":
      return "closed";
    case "unavailable":
    case "too_many_requests":
    case "queue_full":
      return "busy";
    default:
      return "refused";
  }
}
