import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { type Signal, useSignal } from "@preact/signals";

import { statusLabel } from "../i18n/labels";
import { board, queues } from "../live/store";
import { assignItem, moveItem, prioritiseItem } from "../live/supervision";
import { t } from "./words";

const LOWEST = -100;
const HIGHEST = 100;

interface Props {
  workItemId: string;
  queue: string;
  /** null: it is in somebody's hands and has no place in line. */
  priority: number | null;
  /** Called when something was done to the item. */
  onDone: () => void;
}

/** What a supervisor may do to an item: give it to somebody, move it, let it go before others. */
export function ItemActs({ workItemId, queue, priority: known, onDone }: Props): JSX.Element {
  const busy = useSignal(false);
  const agent = useSignal("");
  const other = useSignal("");
  const priority = useSignal(String(known ?? 0));
  const act = async (work: Promise<boolean>): Promise<void> => {
    busy.value = true;
    if (await work) onDone();
    busy.value = false;
  };
  const points = Number(priority.value);
  const sound = priority.value.trim() !== "" && Number.isInteger(points) && points >= LOWEST && points <= HIGHEST;
  return (
    <div class="item-acts">
      <Act
        label={t("act.assign")}
        possible={!busy.value && agent.value !== ""}
        onDo={() => void act(assignItem(workItemId, agent.peek()))}
      >
        {(id) => (
          <Choice id={id} chosen={agent}>
            {[...(board.value?.agents.values() ?? [])]
              .filter((one) => one.reachability === "connected")
              .sort((one, next) => one.name.localeCompare(next.name))
              .map((one) => (
                <option key={one.agent_id} value={one.agent_id}>
                  {one.name} · {statusLabel(one.status)} · {one.units_held}/{one.units_limit}
                </option>
              ))}
          </Choice>
        )}
      </Act>
      <Act
        label={t("act.move")}
        possible={!busy.value && other.value !== ""}
        onDo={() => void act(moveItem(workItemId, other.peek()))}
      >
        {(id) => (
          <Choice id={id} chosen={other}>
            {queues.value
              .filter(({ name }) => name !== queue)
              .map(({ name, label }) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
          </Choice>
        )}
      </Act>
      {known !== null && (
        <Act
          label={t("act.priority")}
          possible={!busy.value && sound && points !== known}
          onDo={() => void act(prioritiseItem(workItemId, points))}
        >
          {(id) => (
            <input
              id={id}
              class="field numeric"
              type="number"
              min={LOWEST}
              max={HIGHEST}
              value={priority.value}
              onInput={(event) => (priority.value = event.currentTarget.value)}
            />
          )}
        </Act>
      )}
    </div>
  );
}

interface ActProps {
  label: string;
  possible: boolean;
  onDo: () => void;
  children: (id: string) => ComponentChildren;
}

function Act({ label, possible, onDo, children }: ActProps): JSX.Element {
  const id = useId();
  return (
    <form
      class="act"
      onSubmit={(event) => {
        event.preventDefault();
        onDo();
      }}
    >
      <label for={id} class="only-heard">
        {label}
      </label>
      {children(id)}
      <button type="submit" class="button" disabled={!possible}>
        {label}
      </button>
    </form>
  );
}

function Choice({ id, chosen, children }: { id: string; chosen: Signal<string>; children: ComponentChildren }): JSX.Element {
  return (
    <select id={id} class="field" value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
      <option value="">–</option>
      {children}
    </select>
  );
}
