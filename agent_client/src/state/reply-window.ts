import type { Conversation } from "@usher/protocol";

/**
 * Whether free text still reaches the customer. none: always, or not known here. closing: soon not any more.
 * closes_at: server time in ms.
 */
export type ReplyWindow = { is: "none" } | { is: "open" | "closing"; closes_at: number } | { is: "closed" };

/** The last part of the window, in which its end is worth a look. */
const CLOSING = 0.25;

export function replyWindow({ can, messages, more }: Conversation, now: number): ReplyWindow {
  const lasts = can?.reply_window_ms ?? null;
  if (lasts === null) return { is: "none" };
  const last = messages.findLast((one) => one.author === "customer");
  if (!last) return { is: more ? "none" : "closed" };
  const closesAt = last.at + lasts;
  if (closesAt <= now) return { is: "closed" };
  return { is: closesAt - now <= lasts * CLOSING ? "closing" : "open", closes_at: closesAt };
}
