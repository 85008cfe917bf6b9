import type { BoardChanged, BoardSnapshot } from "@usher/protocol";

import type { Board } from "./state";

export function boardFrom(event: BoardSnapshot): Board {
  return {
    agents: new Map(event.agents.map((agent) => [agent.agent_id, agent])),
    queues: new Map(event.queues.map((queue) => [queue.name, queue])),
  };
}

/** Changed agents and queues come whole; the others keep their identity, so that only what changed is drawn again. */
export function boardWith(board: Board, event: BoardChanged): Board {
  return {
    agents: withChanges(board.agents, event.agents, (agent) => agent.agent_id, event.agents_removed),
    queues: withChanges(board.queues, event.queues, (queue) => queue.name, []),
  };
}

function withChanges<T>(
  known: ReadonlyMap<string, T>,
  changed: readonly T[],
  key: (one: T) => string,
  removed: readonly string[],
): ReadonlyMap<string, T> {
  if (changed.length === 0 && removed.length === 0) return known;
  const next = new Map(known);
  for (const one of changed) next.set(key(one), one);
  for (const gone of removed) next.delete(gone);
  return next;
}
