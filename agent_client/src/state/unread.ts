import type { Assignment, Conversation } from "@usher/protocol";

/** How many of the customer's messages I have not read. */
export function unreadCount(conversation: Conversation): number {
  const readN = conversation.receipts.agent_read_n;
  return conversation.messages.filter((one) => one.author === "customer" && one.n > readN).length;
}

/**
 * Since when the customer waits for an answer: the time of their first message after my last one; null when I spoke last.
 * Notes and system lines are not answers.
 */
export function unansweredSince(assignment: Assignment): number | null {
  let since: number | null = null;
  for (const message of assignment.conversation.messages) {
    if (message.kind !== "text") continue;
    since = message.author === "customer" ? (since ?? message.at) : null;
  }
  return since;
}
