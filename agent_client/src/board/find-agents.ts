import type { BoardAgent } from "@usher/protocol";

import type { StatusTone } from "../i18n/labels";

/** Which agents to show: all words of the query, and (when any is chosen) one of the tones. */
export interface AgentFilter {
  query: string;
  tones: ReadonlySet<StatusTone>;
}

/** What an agent counts as on the board: one who is not connected is off, whatever they last chose. */
export function toneOf(agent: BoardAgent, tone: (status: string) => StatusTone): StatusTone {
  return agent.reachability === "gone" ? "off" : tone(agent.status);
}

/** searched: an agent's name, team and skills as the reader sees them, in lower case. */
export function findAgents(
  agents: Iterable<BoardAgent>,
  filter: AgentFilter,
  tone: (status: string) => StatusTone,
  searched: (agent: BoardAgent) => string,
): BoardAgent[] {
  const words = filter.query.toLowerCase().split(/\s+/).filter(Boolean);
  return [...agents].filter((agent) => {
    if (filter.tones.size > 0 && !filter.tones.has(toneOf(agent, tone))) return false;
    if (words.length === 0) return true;
    const text = searched(agent);
    return words.every((word) => text.includes(word));
  });
}

/** Agents by team, teams by name; within a team in the given order. */
export function byTeam(agents: readonly BoardAgent[]): [team: string, agents: BoardAgent[]][] {
  const teams = new Map<string, BoardAgent[]>();
  for (const agent of agents) {
    const team = teams.get(agent.team);
    if (team) team.push(agent);
    else teams.set(agent.team, [agent]);
  }
  return [...teams].sort(([one], [other]) => one.localeCompare(other));
}
