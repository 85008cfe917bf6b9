import type { BoardAgent } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { channelLabel, queueLabel, skillLabel, statusLabel } from "../i18n/labels";
import { setAgentStatus } from "../live/commands";
import { board, statuses } from "../live/store";
import { dialog } from "../shell/view";
import { Age } from "../ui/age";
import { Dialog } from "../ui/dialog";
import { channelIcon, Icon } from "../ui/icon";
import { LoadBar } from "../ui/load-bar";
import { StatusName } from "../ui/status-dot";
import { WhyAgent } from "./explained";

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
      <CurrentWork agent={agent} />
      <section>
        <h3 class="list-head">{t("why_agent.ask_of")}</h3>
        <WhyAgent agentId={agent.agent_id} />
      </section>
      <ChangeStatus agent={agent} />
    </div>
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
            <Icon name={channelIcon(one.channel)} />
            <span class="grow">{queueLabel(one.queue)}</span>
            <span class="faint small">
              {t(`work_state.${one.state}`)} · <Age since={one.since} />
            </span>
          </li>
        ))}
      </ul>
    </section>
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
