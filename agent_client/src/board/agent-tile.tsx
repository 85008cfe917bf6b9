import type { BoardAgent, BoardWork } from "@usher/protocol";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { computed } from "@preact/signals";

import { language } from "../i18n/language";
import { queueLabel, skillLabel, statusLabel, statusTone } from "../i18n/labels";
import { tick } from "../live/server-time";
import { dialog } from "../shell/view";
import { Age } from "../ui/age";
import { channelIcon, Icon } from "../ui/icon";
import { LoadBar } from "../ui/load-bar";
import { StatusDot } from "../ui/status-dot";
import { toneOf } from "./find-agents";
import { marksOf } from "./marks";
import { agentTrouble } from "./trouble";
import { TroubleSign } from "./trouble-sign";
import { t } from "./words";

interface Props {
  agent: BoardAgent;
}

/** One agent. Of 500 tiles only those are drawn again whose agent changed. */
export function AgentTile({ agent }: Props): JSX.Element {
  const last = useRef<{ agent: BoardAgent; language: string; drawn: JSX.Element } | null>(null);
  if (last.current?.agent !== agent || last.current.language !== language.value)
    last.current = { agent, language: language.value, drawn: <Drawn agent={agent} /> };
  return last.current.drawn;
}

const SKILLS_SHOWN = 4;

function Drawn({ agent }: Props): JSX.Element {
  const here = agent.reachability !== "gone";
  const skills = Object.entries(agent.skills).sort(([, one], [, other]) => other - one);
  return (
    <li>
      <button type="button" class="tile" data-here={here} onClick={() => (dialog.value = { kind: "agent", agent_id: agent.agent_id })}>
        <span class="tile-head">
          <StatusDot status={agent.status} reachable={here} />
          <strong class="clip grow">{agent.name}</strong>
          <LoadBar held={agent.units_held} limit={agent.units_limit} />
        </span>
        <span class="tile-line small faint">
          <span class="clip grow">{here ? statusLabel(agent.status) : t("board.not_here")}</span>
          <Age since={agent.status_since} />
        </span>
        <TileTrouble agent={agent} />
        <Marks agent={agent} />
        {agent.work.length > 0 && (
          <span class="tile-work small">
            {agent.work.map((one) => (
              <WorkChip key={one.work_item_id} work={one} />
            ))}
          </span>
        )}
        <span class="tile-skills small faint clip">
          {skills
            .slice(0, SKILLS_SHOWN)
            .map(([skill, level]) => `${skillLabel(skill)} ${level}`)
            .join(" · ")}
        </span>
      </button>
    </li>
  );
}

function Marks({ agent }: Props): JSX.Element | null {
  const marks = marksOf(agent);
  if (marks.length === 0) return null;
  return (
    <span class="tags small">
      {marks.map(({ name, text }) => (
        <span key={name} class="tag">
          {text}
        </span>
      ))}
    </span>
  );
}

function TileTrouble({ agent }: Props): JSX.Element | null {
  const trouble = useMemo(() => {
    const tone = toneOf(agent, statusTone);
    return {
      level: computed(() => agentTrouble(agent, tone, tick.value).level),
      reason: computed(() => agentTrouble(agent, tone, tick.value).reason),
    };
  }, [agent]);
  return trouble.reason.value && <TroubleSign level={trouble.level.value} reason={trouble.reason.value} />;
}

function WorkChip({ work }: { work: BoardWork }): JSX.Element {
  const words = t(work.interrupted ? "work.interrupted" : `work_state.${work.state}`);
  return (
    <span class="work-chip" data-state={work.state} data-interrupted={work.interrupted} title={`${queueLabel(work.queue)} · ${words}`}>
      <Icon name={work.state === "offered" ? "bell" : work.state === "wrap_up" ? "check" : work.state === "paused" ? "clock" : channelIcon(work.channel)} size={12} />
      <span class="only-heard">
        {queueLabel(work.queue)}, {words}
      </span>
      <Age since={work.since} />
    </span>
  );
}
