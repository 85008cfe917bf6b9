import type { BoardAgent, BoardWork } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { channelLabel, queueLabel, skillLabel, statusLabel } from "../i18n/labels";
import { supervise } from "../live/calls";
import { setAgentStatus } from "../live/commands";
import { board, statuses, voice } from "../live/store";
import { OwnNumber } from "../phone/own-number";
import { dialog } from "../shell/view";
import { Age } from "../ui/age";
import { Dialog } from "../ui/dialog";
import { channelIcon, Icon } from "../ui/icon";
import { LoadBar } from "../ui/load-bar";
import { StatusName } from "../ui/status-dot";
import { Abilities } from "./abilities";
import { WhyAgent, WhyItem } from "../waiting/explained";
import { ItemActs } from "./item-acts";
import { marksOf } from "./marks";
import { t } from "./words";
import "./board.css";
import "./supervision.css";

/** All about one agent, live, and what a supervisor may change. */
export function AgentDialog({ agentId }: { agentId: string }): JSX.Element {
  const agent = board.value?.agents.get(agentId);
  return (
    <Dialog title={agent?.name ?? t("board.agent_gone")} onClose={() => (dialog.value = null)}>
      {agent ? <About agent={agent} /> : <p class="empty">{t("board.agent_gone_help")}</p>}
    </Dialog>
  );
}

function About({ agent }: { agent: BoardAgent }): JSX.Element {
  const here = agent.reachability !== "gone";
  return (
    <div class="about">
      <dl class="facts">
        <dt>{t("settings.team")}</dt>
        <dd>{agent.team || "–"}</dd>
        <dt>{t("board.status")}</dt>
        <dd>
          {here ? <StatusName status={agent.status} /> : t("board.not_here")}{" "}
          <span class="faint small">
            <Age since={agent.status_since} />
          </span>
        </dd>
        <dt>{t("board.load")}</dt>
        <dd class="load-line">
          <LoadBar held={agent.units_held} limit={agent.units_limit} />
          {t("load.of", { held: agent.units_held, limit: agent.units_limit })}
        </dd>
        {(agent.interruptible_held ?? 0) > 0 && (
          <>
            <dt>{t("board.interruptible")}</dt>
            <dd class="load-line">
              <LoadBar held={agent.interruptible_held ?? 0} limit={agent.interruptible_limit ?? 0} />
              {t("load.of", { held: agent.interruptible_held ?? 0, limit: agent.interruptible_limit ?? 0 })}
            </dd>
          </>
        )}
        <dt>{t("settings.queues")}</dt>
        <dd>{(agent.queues ?? []).map(queueLabel).join(", ") || "–"}</dd>
        <dt>{t("board.channels")}</dt>
        <dd>{agent.channels.map(channelLabel).join(", ") || "–"}</dd>
        <dt>{t("settings.skills")}</dt>
        <dd class="tags">
          {Object.entries(agent.skills).map(([skill, level]) => (
            <span key={skill} class="tag">
              {skillLabel(skill)} <span class="faint">{level}</span>
            </span>
          ))}
        </dd>
      </dl>
      <Doing agent={agent} />
      <CurrentWork agent={agent} />
      <section>
        <h3 class="list-head">{t("why_agent.ask_of")}</h3>
        <WhyAgent agentId={agent.agent_id} />
      </section>
      <Abilities key={JSON.stringify([agent.skills, agent.queues, agent.backup])} agent={agent} />
      {voice.value && <OwnNumber agentId={agent.agent_id} />}
      <ChangeStatus agent={agent} />
    </div>
  );
}

/** What sets this agent apart just now. */
function Doing({ agent }: { agent: BoardAgent }): JSX.Element | null {
  const marks = marksOf(agent);
  if (marks.length === 0) return null;
  return (
    <ul class="tags">
      {marks.map(({ name, text }) => (
        <li key={name} class="tag">
          {text}
        </li>
      ))}
    </ul>
  );
}

function CurrentWork({ agent }: { agent: BoardAgent }): JSX.Element {
  return (
    <section>
      <h3 class="list-head">{t("board.current_work")}</h3>
      {agent.work.length === 0 && <p class="faint small">{t("board.no_work")}</p>}
      <ul class="current-work">
        {agent.work.map((one) => (
          <li key={one.work_item_id}>
            <WorkLine work={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One item of theirs: what it is, how it came to be here, and where else it may go. */
function WorkLine({ work: one }: { work: BoardWork }): JSX.Element {
  const open = useSignal(false);
  return (
    <>
      <div class="work-line">
        <Icon name={channelIcon(one.channel)} />
        <span class="grow clip">{queueLabel(one.queue)}</span>
        {one.interrupted && <span class="tag">{t("work.interrupted")}</span>}
        <span class="faint small">
          {t(`work_state.${one.state}`)} · <Age since={one.since} />
        </span>
        {one.channel === "voice" && one.state === "assigned" && (
          <button type="button" class="button small" onClick={() => void supervise("call.monitor", one.work_item_id)}>
            <Icon name="voice" size={14} /> {t("call.listen")}
          </button>
        )}
        {one.channel !== "voice" && one.state !== "offered" && (
          <button
            type="button"
            class="button small"
            onClick={() => (dialog.value = { kind: "monitor", work_item_id: one.work_item_id })}
          >
            <Icon name="eye" size={14} /> {t("monitor.read")}
          </button>
        )}
        <button
          type="button"
          class="button quiet square small"
          aria-expanded={open.value}
          aria-label={t("act.more")}
          onClick={() => (open.value = !open.peek())}
        >
          <Icon name="down" size={14} />
        </button>
      </div>
      {open.value && (
        <>
          <WhyItem workItemId={one.work_item_id} />
          {one.state !== "wrap_up" && <ItemActs workItemId={one.work_item_id} queue={one.queue} priority={null} onDone={() => (open.value = false)} />}
        </>
      )}
    </>
  );
}

function ChangeStatus({ agent }: { agent: BoardAgent }): JSX.Element {
  const wish = useSignal(agent.status);
  const busy = useSignal(false);
  const id = useId();
  const change = async (): Promise<void> => {
    busy.value = true;
    await setAgentStatus(agent.agent_id, wish.peek());
    busy.value = false;
  };
  return (
    <form
      class="change-status"
      onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}
    >
      <label for={id}>{t("board.change_status")}</label>
      <select id={id} class="field grow" value={wish.value} onChange={(event) => (wish.value = event.currentTarget.value)}>
        {statuses.value.map(({ name }) => (
          <option key={name} value={name}>
            {statusLabel(name)}
          </option>
        ))}
      </select>
      <button type="submit" class="button primary" disabled={busy.value || wish.value === agent.status}>
        {t("action.change")}
      </button>
      <p class="faint small">{t("board.change_status_help")}</p>
    </form>
  );
}
