import type { BoardAgent, BoardQueue } from "@usher/protocol";

import type { StatusTone } from "../i18n/labels";
import type { Key } from "./words";

/** 0: as it should be; 1: look at it; 2: act. The reason is always said in words beside the colour. */
export type Level = 0 | 1 | 2;

export interface Trouble {
  level: Level;
  reason: Key | null;
}

const NONE: Trouble = { level: 0, reason: null };

/** Below these shares of items answered in time a queue is in trouble. */
const SERVICE_LEVEL_LOW = 0.8;
const SERVICE_LEVEL_BAD = 0.6;
/** Waiting longer than this many times the queue's own promise is grave. */
const GRAVE_TIMES = 3;

/** The gravest thing about a queue now. */
export function queueTrouble(queue: BoardQueue, now: number): Trouble {
  const waited = queue.longest_enqueued_at === null ? 0 : now - queue.longest_enqueued_at;
  if (queue.waiting > 0 && queue.agents_eligible === 0) return { level: 2, reason: "trouble.nobody" };
  if (waited > queue.service_level_ms * GRAVE_TIMES) return { level: 2, reason: "trouble.long_wait" };
  if (queue.alerted?.some(({ missing }) => missing.length > 0)) return { level: 2, reason: "trouble.unroutable" };
  if (queue.alerts > 0) return { level: 2, reason: "trouble.refused" };
  if (queue.service_level !== null && queue.service_level < SERVICE_LEVEL_BAD) return { level: 2, reason: "trouble.service_level" };
  if (waited > queue.service_level_ms) return { level: 1, reason: "trouble.waiting" };
  if (queue.service_level !== null && queue.service_level < SERVICE_LEVEL_LOW) return { level: 1, reason: "trouble.service_level" };
  if (queue.waiting > 0 && queue.agents_free === 0) return { level: 1, reason: "trouble.none_free" };
  return NONE;
}

const LONG_WRAP_UP_MS = 5 * 60_000;
const LONG_PAUSE_MS = 45 * 60_000;

/** The gravest thing about an agent now. tone: what their status means. */
export function agentTrouble(agent: BoardAgent, tone: StatusTone, now: number): Trouble {
  const holds = agent.work.length > 0;
  if (agent.reachability === "gone" && holds) return { level: 2, reason: "trouble.gone_with_work" };
  if (agent.reachability === "grace") return { level: holds ? 2 : 1, reason: "trouble.connection" };
  if (agent.reachability === "gone") return NONE;
  if (agent.units_held > agent.units_limit) return { level: 1, reason: "trouble.over" };
  if (agent.work.some((one) => one.state === "wrap_up" && now - one.since > LONG_WRAP_UP_MS))
    return { level: 1, reason: "trouble.wrap_up" };
  if (tone === "pause" && now - agent.status_since > LONG_PAUSE_MS) return { level: 1, reason: "trouble.pause" };
  return NONE;
}
