import type { Conversation } from "@usher/protocol";

/** Whether the customer writes on a page of ours, where they are seen to come and go. */
export function isOnPage({ can, channel }: Pick<Conversation, "can" | "channel">): boolean {
  return !can && channel !== "voice";
}
