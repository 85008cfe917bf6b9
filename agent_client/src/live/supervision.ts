import type { AnyResult, CommandOf, StaffIn, SwitchQueue } from "@usher/protocol";

import { done } from "./commands";
import { command } from "./link";
import { takeMonitored } from "./store";

/** What supervisors do. Each resolves to whether it was done; a refusal is told in words. */
const asked = (frame: CommandOf<StaffIn>): Promise<boolean> => done(command(frame));

export const assignItem = (workItemId: string, agentId: string): Promise<boolean> =>
  asked({ type: "item.assign", work_item_id: workItemId, agent_id: agentId });

export const moveItem = (workItemId: string, queue: string): Promise<boolean> =>
  asked({ type: "item.move", work_item_id: workItemId, queue });

export const prioritiseItem = (workItemId: string, priority: number): Promise<boolean> =>
  asked({ type: "item.prioritise", work_item_id: workItemId, priority });

export const switchQueue = (queue: string, to: SwitchQueue["to"]): Promise<boolean> =>
  asked({ type: "queue.switch", queue, to });

export interface Abilities {
  skills: Record<string, number>;
  queues: string[];
  backup: string[];
}

export const changeAgent = (agentId: string, to: Abilities): Promise<boolean> =>
  asked({ type: "agent.change", agent_id: agentId, ...to });

/** How many were told; null when it was refused. */
export async function broadcast(text: string, to: { queue?: string; team?: string }): Promise<number | null> {
  let reached: AnyResult | null = null;
  const work = command({ type: "staff.broadcast", text, ...to }).then((result) => (reached = result));
  if (!(await done(work))) return null;
  return countOf(reached);
}

function countOf(result: AnyResult | null): number {
  return result?.type === "reached" ? result.count : 0;
}

/** Read along: the conversation is in the store from then on, and stays as it is now. */
export function monitorItem(workItemId: string): Promise<boolean> {
  return done(
    command({ type: "item.monitor", work_item_id: workItemId }).then((result) => {
      if (result?.type !== "conversation") return;
      takeMonitored({ work_item_id: workItemId, conversation: result.conversation, customer: result.customer });
    }),
  );
}

export function stopMonitoring(): void {
  takeMonitored(null);
  void asked({ type: "item.unmonitor" });
}

/** Words in a conversation that is somebody else's: to its agent alone, or to the customer too. clientId: the same again is said once. */
export const speak = (conversationId: string, text: string, to: "agent" | "customer", clientId: string): Promise<boolean> =>
  asked({
    type: to === "agent" ? "note.add" : "message.send",
    conversation_id: conversationId,
    client_id: clientId,
    text,
  });
