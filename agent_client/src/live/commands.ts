import { type AgentExplained, type Colleague, CommandError, type Conversation, type ItemExplained, type WaitingItem } from "@usher/protocol";

import { type Key, isKey } from "../i18n/language";
import { command, say } from "./link";
import { notify } from "./notices";
import { takeOlder } from "./store";

/** Carry out; a refusal is told in words. Resolves to whether it was done. */
export async function done(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    tell(error);
    return false;
  }
}

/** Put a refusal into the person's words. What is no refusal is a fault of the page and goes on. */
export function tell(error: unknown): void {
  if (!(error instanceof CommandError)) throw error;
  if (error.code === "stopped") return;
  notify("bad", errorKey(error.code));
}

export function errorKey(code: string): Key {
  const key = `error.${code}`;
  return isKey(key) ? key : "error.unavailable";
}

/** A late accept says how late it was: the item has moved on. */
export async function acceptOffer(offerId: string): Promise<boolean> {
  try {
    await command({ type: "offer.accept", offer_id: offerId });
    return true;
  } catch (error) {
    const late = error instanceof CommandError && error.code === "offer_expired" ? error.detail.late_ms : undefined;
    if (typeof late === "number") notify("warn", "offer.too_late", { seconds: Math.max(0.1, Math.round(late / 100) / 10) });
    else tell(error);
    return false;
  }
}

export const declineOffer = (offerId: string, reason: string): Promise<boolean> =>
  done(command({ type: "offer.decline", offer_id: offerId, reason }));

/** The status after my last item in hand; "" gives the plan up. */
export const setNextStatus = (status: string): Promise<boolean> => done(command({ type: "status.set_next", status }));
export const setStatus = (status: string): Promise<boolean> => done(command({ type: "status.set", status }));

export const setAgentStatus = (agentId: string, status: string): Promise<boolean> =>
  done(command({ type: "agent.set_status", agent_id: agentId, status }));

export const pickItem = (workItemId: string): Promise<boolean> =>
  done(command({ type: "item.pick", work_item_id: workItemId }));

export const wrapUp = (workItemId: string): Promise<boolean> =>
  done(command({ type: "item.wrap_up", work_item_id: workItemId }));

/** Put a conversation aside until its customer writes again. */
export const pauseItem = (workItemId: string): Promise<boolean> =>
  done(command({ type: "item.pause", work_item_id: workItemId }));

export const resumeItem = (workItemId: string): Promise<boolean> =>
  done(command({ type: "item.resume", work_item_id: workItemId }));

/** Nobody answered my call: it is tried again later. */
export const callbackNotReached = (workItemId: string): Promise<boolean> =>
  done(command({ type: "callback.not_reached", work_item_id: workItemId }));

export const complete = (workItemId: string, disposition: string): Promise<boolean> =>
  done(command({ type: "item.complete", work_item_id: workItemId, disposition }));

export const transferToQueue = (workItemId: string, queue: string, note: string): Promise<boolean> =>
  done(command({ type: "item.transfer_to_queue", work_item_id: workItemId, queue, note }));

export const transferToAgent = (workItemId: string, agentId: string, note: string): Promise<boolean> =>
  done(command({ type: "item.transfer_to_agent", work_item_id: workItemId, agent_id: agentId, note }));

/** Send a parked or failed message once more. */
export const resendMessage = (conversationId: string, n: number): Promise<boolean> =>
  done(command({ type: "message.resend", conversation_id: conversationId, n }));

export const subscribeBoard = (): Promise<boolean> => done(command({ type: "board.subscribe" }));
export const unsubscribeBoard = (): Promise<boolean> => done(command({ type: "board.unsubscribe" }));

const PAGE = 50;

/** Fetch the messages before `beforeN` into the conversation. */
export function fetchOlder(conversationId: string, beforeN: number): Promise<boolean> {
  return done(
    command({ type: "messages.fetch", conversation_id: conversationId, before_n: beforeN, limit: PAGE }).then((result) => {
      if (result?.type === "messages") takeOlder(conversationId, { beforeN, ...result });
    }),
  );
}

/** Newest first. Rejects with CommandError. */
export async function fetchPast(customerId: string): Promise<Conversation[]> {
  const result = await command({ type: "conversations.past", customer_id: customerId });
  return result?.type === "past" ? result.conversations : [];
}

/** Everybody who is signed in but me, as they are now. Rejects with CommandError. */
export async function fetchColleagues(): Promise<Colleague[]> {
  const result = await command({ type: "colleagues.fetch" });
  return result?.type === "colleagues" ? result.colleagues : [];
}

/** Rejects with CommandError; null from a server that answers something else. */
export async function explainItem(workItemId: string): Promise<ItemExplained | null> {
  const result = await command({ type: "explain.item", work_item_id: workItemId });
  return result?.type === "item.explained" ? result : null;
}

/** As `explainItem`, for an agent. */
export async function explainAgent(agentId: string): Promise<AgentExplained | null> {
  const result = await command({ type: "explain.agent", agent_id: agentId });
  return result?.type === "agent.explained" ? result : null;
}

/** The first of a queue's line; "": of all my queues. Rejects with CommandError. */
export async function fetchWaiting(queue: string): Promise<WaitingItem[]> {
  const result = await command({ type: "queue.waiting", queue });
  return result?.type === "waiting" ? result.items : [];
}

/** The messages of a conversation that is not among my work, before `beforeN`. Rejects with CommandError. */
export async function fetchBefore(conversationId: string, beforeN: number): Promise<Pick<Conversation, "messages" | "more">> {
  const result = await command({ type: "messages.fetch", conversation_id: conversationId, before_n: beforeN, limit: PAGE });
  return result?.type === "messages" ? result : { messages: [], more: false };
}

export const sayRead = (conversationId: string, n: number): boolean =>
  say({ type: "read", conversation_id: conversationId, n });

export const sayTyping = (conversationId: string): boolean => say({ type: "typing", conversation_id: conversationId });
