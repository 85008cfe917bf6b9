import type { Conversation, Delivery, Message } from "@usher/protocol";

/** Nothing more happens to it unless somebody sends it again. */
export function isStuck({ state }: Delivery): boolean {
  return state === "parked" || state === "failed";
}

/** The newest message that did not get through. */
export function lastStuck({ messages }: Conversation): Message | null {
  return messages.findLast((one) => one.delivery && isStuck(one.delivery)) ?? null;
}
