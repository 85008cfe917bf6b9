import { type Colleague, CommandError } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { statusTone } from "../i18n/labels";
import { fetchColleagues, tell, transferToAgent, transferToQueue } from "../live/commands";
import { assignments, queues } from "../live/store";
import { dialog } from "../shell/view";
import { Avatar } from "../ui/avatar";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { StatusName } from "../ui/status-dot";

type Target = { kind: "queue"; name: string } | { kind: "agent"; agent_id: string };

/** Hand an item over: to a queue, where it keeps its age, or to one colleague, for whom it rings at once. */
export function TransferDialog({ workItemId }: { workItemId: string }): JSX.Element | null {
  const query = useSignal("");
  const target = useSignal<Target | null>(null);
  const note = useSignal("");
  const busy = useSignal(false);
  const colleagues = useColleagues();
  const ids = useId();
  const item = assignments.value.find((one) => one.work_item.work_item_id === workItemId)?.work_item;
  const found = useComputed(() => ({
    queues: queues.value.filter((one) => one.name !== item?.queue && holds(one.label, query.value)),
    colleagues: reachableFirst(colleagues.value ?? []).filter((one) => holds(`${one.name} ${one.team}`, query.value)),
  }));
  const close = (): void => {
    dialog.value = null;
  };
  const hand = async (): Promise<void> => {
    const to = target.peek();
    if (to === null || busy.peek()) return;
    busy.value = true;
    const done = await (to.kind === "queue"
      ? transferToQueue(workItemId, to.name, note.peek().trim())
      : transferToAgent(workItemId, to.agent_id, note.peek().trim()));
    busy.value = false;
    if (done) close();
  };
  return (
    <Dialog title={t("transfer.title", { name: item?.customer.name || t("customer.unnamed") })} onClose={close}>
      <form
        class="transfer"
        onSubmit={(event) => {
          event.preventDefault();
          void hand();
        }}
      >
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
              <label key={name} class="choice">
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
              <label key={one.agent_id} class="choice">
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
        <label for={`${ids}note`}>{t("transfer.note")}</label>
        <textarea
          id={`${ids}note`}
          class="field"
          rows={2}
          maxLength={1_000}
          value={note.value}
          onInput={(event) => (note.value = event.currentTarget.value)}
        />
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={close}>
            {t("action.cancel")}
          </button>
          <button type="submit" class="button primary" disabled={target.value === null || busy.value}>
            {t("action.transfer")}
          </button>
        </footer>
      </form>
    </Dialog>
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
