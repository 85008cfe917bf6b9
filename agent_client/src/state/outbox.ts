import type { File, MailTo, Message } from "@usher/protocol";

/** What a message carries beside its text. template: sent in its place, with its variables; "" when it is none. */
export interface Also {
  files: readonly File[];
  quick_replies: readonly string[];
  template: string;
  variables: readonly string[];
  /** By e-mail only. */
  mail?: MailTo;
}

/**
 * A message on its way. `client_id` makes a repeated send the same message, so an entry may be sent any number of times.
 *
 * sending → sent (the server has it, its event is still to come) → gone from here; or failed, with the error's code.
 */
export interface Outgoing {
  conversation_id: string;
  client_id: string;
  kind: "text" | "note";
  text: string;
  /** Server time when it was written. */
  at: number;
  state: "sending" | "sent" | "failed";
  code: string;
  also?: Also;
}

export type Outbox = readonly Outgoing[];

/** More than this many unsent messages are refused: the composer says so, nothing is dropped silently. */
export const OUTBOX_LIMIT = 50;

export function queued(outbox: Outbox, entry: Outgoing): Outbox {
  return [...outbox.filter((one) => one.client_id !== entry.client_id), entry];
}

export function marked(outbox: Outbox, clientId: string, state: Outgoing["state"], code = ""): Outbox {
  return outbox.map((one) => (one.client_id === clientId ? { ...one, state, code } : one));
}

export function dropped(outbox: Outbox, clientId: string): Outbox {
  return outbox.filter((one) => one.client_id !== clientId);
}

/** Without the entries whose message is in the conversation by now. */
export function settled(outbox: Outbox, messages: readonly Message[]): Outbox {
  const arrived = new Set(messages.map((message) => message.client_id));
  const left = outbox.filter((one) => !arrived.has(one.client_id));
  return left.length === outbox.length ? outbox : left;
}
