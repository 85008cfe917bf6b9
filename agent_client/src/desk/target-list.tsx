import { type Colleague, CommandError } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { statusTone } from "../i18n/labels";
import { fetchColleagues, tell } from "../live/commands";
import { queues } from "../live/store";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { StatusName } from "../ui/status-dot";

export type Target = { kind: "queue"; name: string } | { kind: "agent"; agent_id: string };

/** Queues but one, and colleagues, to choose one of; found by a few letters. */
export function TargetList({ without, target }: { without: string; target: Signal<Target | null> }): JSX.Element {
  const query = useSignal("");
  const colleagues = useColleagues();
  const found = useComputed(() => ({
    queues: queues.value.filter((one) => one.name !== without && holds(one.label, query.value)),
    colleagues: reachableFirst(colleagues.value ?? []).filter((one) => holds(`${one.name} ${one.team}`, query.value)),
  }));
  return (
    <>
      <div class="field-with-icon">
        <Icon name="search" />
        <input
          class="field"
          type="search"
          autoFocus
          aria-label={t("transfer.search")}
          placeholder={t("transfer.search")}
          value={query.value}
          onInput={(event) => (query.value = event.currentTarget.value)}
        />
      </div>
      <div class="transfer-list" tabIndex={-1}>
        <fieldset>
          <legend class="list-head">{t("transfer.queues")}</legend>
          {found.value.queues.map(({ name, label }) => (
            <label key={name} class="target-row">
              <input
                type="radio"
                name="target"
                checked={target.value?.kind === "queue" && target.value.name === name}
                onChange={() => (target.value = { kind: "queue", name })}
              />
              <span class="grow">{label}</span>
            </label>
          ))}
        </fieldset>
        <fieldset>
          <legend class="list-head">{t("transfer.colleagues")}</legend>
          {found.value.colleagues.map((one) => (
            <label key={one.agent_id} class="target-row">
              <input
                type="radio"
                name="target"
                disabled={one.reachability !== "connected"}
                checked={target.value?.kind === "agent" && target.value.agent_id === one.agent_id}
                onChange={() => (target.value = { kind: "agent", agent_id: one.agent_id })}
              />
              <Avatar id={one.agent_id} name={one.name} />
              <span class="grow clip">
                {one.name} <span class="faint small">{one.team}</span>
              </span>
              <span class="small faint">
                {one.reachability === "connected" ? <StatusName status={one.status} /> : t("transfer.not_here")}
              </span>
            </label>
          ))}
        </fieldset>
        {colleagues.value === null && <p class="faint small">{t("line.loading")}</p>}
        {colleagues.value !== null && found.value.queues.length + found.value.colleagues.length === 0 && (
          <p class="empty small">{t("palette.none", { query: query.value })}</p>
        )}
      </div>
    </>
  );
}

/** null: not known yet. */
function useColleagues(): ReadonlySignal<readonly Colleague[] | null> {
  const colleagues = useSignal<readonly Colleague[] | null>(null);
  useEffect(() => {
    fetchColleagues().then(
      (all) => (colleagues.value = all),
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        colleagues.value = [];
        tell(error);
      },
    );
  }, [colleagues]);
  return colleagues;
}

function holds(text: string, query: string): boolean {
  return text.toLowerCase().includes(query.trim().toLowerCase());
}

const RANK = { free: 0, busy: 1, pause: 2, off: 3 } as const;

/** Who could take it first: by status, then by name. */
function reachableFirst(all: readonly Colleague[]): Colleague[] {
  const rank = (one: Colleague): number => (one.reachability === "connected" ? RANK[statusTone(one.status)] : RANK.off + 1);
  return [...all].sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}
