import type { Changes } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { announce } from "../live/announce";
import { cases } from "../live/cases";
import { errorKey } from "../live/commands";
import { me, queues } from "../live/store";
import { changeCases } from "./commands";
import { PRIORITIES, STATUSES } from "./filter";
import { ticked } from "./overview";
import { type Key, t } from "./words";

const FOLDER_CHARS = 80;
/** Said in full; the rest is counted. */
const TOLD = 5;

/** The same for all that are ticked; what could not be done says why, case by case. */
export function BulkBar(): JSX.Element {
  const busy = useSignal(false);
  const troubles = useSignal<readonly string[]>([]);
  const change = async (changes: Changes): Promise<void> => {
    busy.value = true;
    const outcomes = await changeCases([...ticked.peek()], changes);
    busy.value = false;
    if (outcomes === null) return;
    const failed = outcomes.filter((one) => one.code !== "");
    troubles.value = failed.map(({ case_id, code }) => `#${cases.peek().get(case_id)?.number ?? "?"}: ${t(errorKey(code))}`);
    announce(t("cases.bulk_done", { count: outcomes.length - failed.length }), "soon");
    ticked.value = new Set(failed.map((one) => one.case_id));
  };
  const mine = me.value?.agent_id ?? "";
  return (
    <div class="bulk" role="region" aria-label={t("cases.bulk")}>
      <strong>{t("cases.ticked", { count: ticked.value.size })}</strong>
      <Pick text="cases.status" disabled={busy.value} options={STATUSES.map((one) => [one, t(`cases.status.${one}`)])} onPick={(value) => change({ status: STATUSES.find((one) => one === value) ?? null })} />
      <Pick text="cases.priority" disabled={busy.value} options={PRIORITIES.map((one) => [one, t(`cases.priority.${one}`)])} onPick={(value) => change({ priority: PRIORITIES.find((one) => one === value) ?? null })} />
      <Pick text="cases.queue" disabled={busy.value} options={queues.value.map(({ name, label }) => [name, label])} onPick={(queue) => change({ queue })} />
      <button type="button" class="button small" disabled={busy.value} onClick={() => void change({ owner_id: mine })}>
        {t("cases.take")}
      </button>
      <Parent disabled={busy.value} onChoose={(parent_id) => change({ parent_id })} />
      <Folder disabled={busy.value} onChoose={(folder) => change({ folder })} />
      <button type="button" class="button quiet small" onClick={() => (ticked.value = new Set())}>
        {t("cases.untick")}
      </button>
      <div role="status" class="bulk-troubles">
        {troubles.value.length > 0 && (
          <ul class="small">
            {troubles.value.slice(0, TOLD).map((trouble) => (
              <li key={trouble}>{trouble}</li>
            ))}
            {troubles.value.length > TOLD && <li>{t("cases.bulk_more", { count: troubles.value.length - TOLD })}</li>}
          </ul>
        )}
      </div>
    </div>
  );
}

interface PickProps {
  text: Key;
  options: readonly (readonly [value: string, label: string])[];
  disabled: boolean;
  onPick: (value: string) => Promise<void>;
}

function Pick({ text, options, disabled, onPick }: PickProps): JSX.Element {
  return (
    <select class="field" aria-label={t(text)} disabled={disabled} value="" onChange={({ currentTarget }) => void onPick(currentTarget.value)}>
      <option value="" disabled>
        {t("cases.set", { what: t(text) })}
      </option>
      {options.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** One of the ticked ones becomes the case the others belong to: the same cause, one answer for all. */
function Parent({ disabled, onChoose }: { disabled: boolean; onChoose: (caseId: string) => Promise<void> }): JSX.Element | null {
  const some = [...ticked.value].flatMap((id) => cases.value.get(id) ?? []);
  if (some.length < 2) return null;
  const group = (id: string): void => {
    ticked.value = new Set([...ticked.peek()].filter((one) => one !== id));
    void onChoose(id);
  };
  return (
    <select class="field" aria-label={t("cases.group")} disabled={disabled} value="" onChange={({ currentTarget }) => group(currentTarget.value)}>
      <option value="" disabled>
        {t("cases.group")}
      </option>
      {some.map((one) => (
        <option key={one.case_id} value={one.case_id}>
          #{one.number} {one.subject}
        </option>
      ))}
    </select>
  );
}

function Folder({ disabled, onChoose }: { disabled: boolean; onChoose: (folder: string) => Promise<void> }): JSX.Element {
  const name = useSignal("");
  const id = useId();
  return (
    <form
      class="with-icon"
      onSubmit={(event) => {
        event.preventDefault();
        void onChoose(name.peek().trim());
      }}
    >
      <label class="only-heard" for={id}>
        {t("cases.folder")}
      </label>
      <input id={id} class="field" maxLength={FOLDER_CHARS} placeholder={t("cases.folder")} value={name.value} onInput={({ currentTarget }) => (name.value = currentTarget.value)} />
      <button type="submit" class="button small" disabled={disabled || name.value.trim() === ""}>
        {t("cases.file")}
      </button>
    </form>
  );
}
