import type { BoardAgent } from "@usher/protocol";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { language } from "../i18n/language";
import { skillLabel, type StatusTone, statusTone } from "../i18n/labels";
import { number } from "../i18n/times";
import { serverNow } from "../live/server-time";
import { Icon } from "../ui/icon";
import { AgentTile } from "./agent-tile";
import { type AgentFilter, byTeam, findAgents, toneOf } from "./find-agents";
import { useSteadyOrder } from "./steady-order";
import { agentTrouble } from "./trouble";
import { type Key, t } from "./words";

const TONES: readonly { tone: StatusTone; text: Key }[] = [
  { tone: "free", text: "tone.free" },
  { tone: "busy", text: "tone.busy" },
  { tone: "pause", text: "tone.pause" },
  { tone: "off", text: "tone.off" },
];

/** Every agent as a tile, by team; trouble first, those who are not here last. */
export function AgentWall({ agents }: { agents: ReadonlyMap<string, BoardAgent> }): JSX.Element {
  const filter = useSignal<AgentFilter>({ query: "", tones: new Set() });
  const { query, tones } = filter.value;
  const found = useMemo(
    () => findAgents(agents.values(), { query, tones }, statusTone, searchedText),
    [agents, query, tones],
  );
  const wanted = useMemo(() => ranked(found), [found]);
  const { order, hold } = useSteadyOrder(wanted, `${query} ${[...tones].join()} ${language.value}`);
  const shown = order.flatMap((id) => agents.get(id) ?? []);
  return (
    <section class="agents" aria-label={t("board.agents")} {...hold}>
      <header class="agents-head">
        <h2>{t("board.agents")}</h2>
        <Tones agents={agents} filter={filter.value} onFilter={(next) => (filter.value = next)} />
        <span class="grow" />
        <div class="field-with-icon">
          <Icon name="search" />
          <input
            class="field"
            type="search"
            aria-label={t("board.find")}
            placeholder={t("board.find")}
            value={query}
            onInput={(event) => (filter.value = { query: event.currentTarget.value, tones })}
          />
        </div>
      </header>
      {byTeam(shown).map(([team, members]) => (
        <section key={team} class="team">
          <h3 class="list-head">
            {team || t("board.no_team")} <span class="faint">{number(members.length)}</span>
          </h3>
          <ul class="tiles">
            {members.map((agent) => (
              <AgentTile key={agent.agent_id} agent={agent} />
            ))}
          </ul>
        </section>
      ))}
      {shown.length === 0 && <p class="empty">{t(agents.size === 0 ? "board.no_agents" : "board.none_found")}</p>}
    </section>
  );
}

interface TonesProps {
  agents: ReadonlyMap<string, BoardAgent>;
  filter: AgentFilter;
  onFilter: (filter: AgentFilter) => void;
}

function Tones({ agents, filter, onFilter }: TonesProps): JSX.Element {
  const counts = useMemo(() => {
    const all = new Map<StatusTone, number>();
    for (const agent of agents.values()) {
      const tone = toneOf(agent, statusTone);
      all.set(tone, (all.get(tone) ?? 0) + 1);
    }
    return all;
  }, [agents]);
  const toggle = (tone: StatusTone): void => {
    const tones = new Set(filter.tones);
    if (!tones.delete(tone)) tones.add(tone);
    onFilter({ ...filter, tones });
  };
  return (
    <div class="tones" role="group" aria-label={t("board.filter_status")}>
      {TONES.map(({ tone, text }) => (
        <button key={tone} type="button" class="chip" aria-pressed={filter.tones.has(tone)} onClick={() => toggle(tone)}>
          <span class="status-dot" data-tone={tone} aria-hidden="true" /> {t(text)}{" "}
          <span class="numeric faint">{number(counts.get(tone) ?? 0)}</span>
        </button>
      ))}
    </div>
  );
}

function searchedText(agent: BoardAgent): string {
  const skills = Object.keys(agent.skills).map((skill) => `${skill} ${skillLabel(skill)}`);
  return [agent.name, agent.team, ...skills].join(" ").toLowerCase();
}

const TONE_RANK: Record<StatusTone, number> = { free: 0, busy: 1, pause: 2, off: 3 };

function ranked(agents: readonly BoardAgent[]): string[] {
  const now = serverNow();
  const keys = agents.map((agent) => {
    const tone = toneOf(agent, statusTone);
    return { agent, level: agentTrouble(agent, tone, now).level, tone: TONE_RANK[tone] };
  });
  keys.sort((one, other) => other.level - one.level || one.tone - other.tone || one.agent.name.localeCompare(other.agent.name));
  return keys.map(({ agent }) => agent.agent_id);
}
