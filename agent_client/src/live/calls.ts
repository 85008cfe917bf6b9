import type { AnyResult, CommandOf, LoggedCall, StaffIn } from "@usher/protocol";

import { done } from "./commands";
import { newId } from "./ids";
import { command } from "./link";

/** What may be done with a call by its id alone. */
type Plain = "call.hold" | "call.unhold" | "call.merge" | "call.hang_up" | "call.leave";

/** Each resolves to whether it was done; a refusal is told in words. */
const asked = (frame: CommandOf<StaffIn>): Promise<boolean> => done(command(frame));

export const onCall = (type: Plain, callId: string): Promise<boolean> => asked({ type, call_id: callId });

export const mute = (callId: string, muted: boolean): Promise<boolean> =>
  asked({ type: "call.mute", call_id: callId, muted });

export const sendTones = (callId: string, digits: string): Promise<boolean> =>
  asked({ type: "call.keypad", call_id: callId, digits, client_id: newId() });

export const recordCall = (callId: string, recording: "on" | "paused"): Promise<boolean> =>
  asked({ type: "call.record", call_id: callId, recording });

/** Of the one consulted. */
export const dropLeg = (callId: string, label: string): Promise<boolean> =>
  asked({ type: "call.drop", call_id: callId, label });

export const handOver = (callId: string, note: string): Promise<boolean> =>
  asked({ type: "call.hand_over", call_id: callId, note });

/** Where a call may go: one of these. */
export type CallTarget = { queue: string } | { agent_id: string } | { number: string };

/** clientId, here and below: given again because no answer came, it is the same command, and happens once. */
export const transferCall = (callId: string, to: CallTarget, note: string, clientId: string): Promise<boolean> =>
  asked({ type: "call.transfer", call_id: callId, note, client_id: clientId, ...to });

export const consult = (callId: string, to: Exclude<CallTarget, { queue: string }>, clientId: string): Promise<boolean> =>
  asked({ type: "call.consult", call_id: callId, client_id: clientId, ...to });

/** How a supervisor is on a call; also from one way to another. */
export const supervise = (type: "call.monitor" | "call.whisper" | "call.barge" | "call.take_over", workItemId: string): Promise<boolean> =>
  asked({ type, work_item_id: workItemId });

/** Call a number, the customer of an item of mine, or both in one. The item that is mine by that; null: refused. */
export async function dial(to: { number?: string; work_item_id?: string }, clientId: string): Promise<string | null> {
  const answers: AnyResult[] = [];
  const work = command({ type: "call.dial", client_id: clientId, ...to }).then((result) => result && answers.push(result));
  if (!(await done(work))) return null;
  const [answer] = answers;
  return answer?.type === "dialed" ? answer.work_item_id : null;
}

/** Where somebody answers calls: E.164, "" in the browser; null: refused. agentId: "": I. */
export const phoneOf = (agentId: string): Promise<string | null> =>
  numberIn(command({ type: "call.phone", agent_id: agentId }));

export const setPhone = (agentId: string, phone: string): Promise<string | null> =>
  numberIn(command({ type: "call.set_phone", agent_id: agentId, phone }));

async function numberIn(asking: Promise<AnyResult | null>): Promise<string | null> {
  const answers: AnyResult[] = [];
  if (!(await done(asking.then((result) => result && answers.push(result))))) return null;
  const [answer] = answers;
  return answer?.type === "phone" ? answer.phone : null;
}

/** Newest first: of a customer, or my own. Rejects with CommandError. */
export async function fetchCallLog(customerId: string, before = 0): Promise<LoggedCall[]> {
  const result = await command({ type: "call.log", customer_id: customerId, before });
  return result?.type === "call.log" ? result.calls : [];
}
