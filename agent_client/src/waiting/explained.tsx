import { type Counted, CommandError, type Obstacle } from "@usher/protocol";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { language } from "../i18n/language";
import { channelLabel, queueLabel, requirementLabel, statusLabel } from "../i18n/labels";
import { exactTime, number } from "../i18n/times";
import { explainAgent, explainItem, tell } from "../live/commands";
import { t } from "./words";
import "./waiting.css";

/** What keeps work away, in a few words that fit one agent or many. */
export function obstacleWords({ code, about, needs, until }: Obstacle): string {
  switch (code) {
    case "status":
      return t("obstacle.status", { status: statusLabel(about) });
    case "not_member":
    case "backup":
      return t(`obstacle.${code}`, { queue: queueLabel(about) });
    case "channel":
    case "maximum":
    case "blend":
      return t(`obstacle.${code}`, { channel: channelLabel(about) });
    case "skill":
      return t("obstacle.skill", { skill: requirementLabel(`${about}≥${needs}`) });
    case "excluded":
      return until === null ? t("obstacle.excluded") : t("obstacle.excluded_until", { time: exactTime(until) });
    default:
      return t(`obstacle.${code}`);
  }
}

/** 3 × not signed in, 2 × lacks Polish 5+ */
function countedWords(counted: readonly Counted[]): string {
  const parts = counted.map(({ obstacle, count }) => `${number(count)} × ${obstacleWords(obstacle)}`);
  return new Intl.ListFormat(language.value, { type: "unit", style: "long" }).format(parts);
}

/** Why an item waits, and what was decided about it so far. */
export function WhyItem({ workItemId }: { workItemId: string }): JSX.Element {
  return (
    <Asked of={workItemId} ask={explainItem}>
      {(told) => (
        <>
          <p>
            {told.state !== "waiting"
              ? t("why_item.not_waiting")
              : told.able === 0
                ? t("why_item.nobody_ever", { what: told.missing.map(obstacleWords).join(", ") || "–" })
                : t("why_item.nobody_now", { what: countedWords(told.counted) })}
          </p>
          {told.agents.length > 0 && (
            <ul class="reasons small">
              {told.agents.map(({ agent_id, name, obstacle }) => (
                <li key={agent_id}>
                  {name}: <span class="faint">{obstacleWords(obstacle)}</span>
                </li>
              ))}
            </ul>
          )}
          <ol class="reasons small">
            {told.decisions.map(({ at, kind, name, queue }, place) => (
              <li key={place}>
                <time dateTime={new Date(at).toISOString()}>{exactTime(at)}</time> · {t(`decision.${kind}`)} {name || queueLabel(queue)}
              </li>
            ))}
          </ol>
        </>
      )}
    </Asked>
  );
}

/** Why an agent gets nothing now. */
export function WhyAgent({ agentId }: { agentId: string }): JSX.Element {
  return (
    <Asked of={agentId} ask={explainAgent}>
      {({ own, waiting, counted }) => (
        <p>
          {own !== null
            ? t("why_agent.own", { what: obstacleWords(own) })
            : waiting === 0
              ? t("why_agent.none_waiting")
              : counted.length === 0
                ? t("why_agent.free")
                : t("why_agent.items", { count: waiting, what: countedWords(counted) })}
        </p>
      )}
    </Asked>
  );
}

interface AskedProps<T> {
  of: string;
  ask: (id: string) => Promise<T | null>;
  children: (told: T) => ComponentChildren;
}

/** Asks when shown; a refusal is told and leaves it empty. */
function Asked<T>({ of, ask, children }: AskedProps<T>): JSX.Element {
  const told = useSignal<T | null>(null);
  useEffect(() => {
    ask(of).then(
      (answer) => (told.value = answer),
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        tell(error);
      },
    );
  }, [of, ask, told]);
  return (
    <div class="explained" aria-live="polite" aria-busy={told.value === null}>
      {told.value === null ? <p class="faint">{t("line.loading")}</p> : children(told.value)}
    </div>
  );
}
