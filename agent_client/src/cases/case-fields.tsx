import type { Case, Colleague } from "@usher/protocol";
import { CommandError } from "@usher/protocol";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { fetchColleagues } from "../live/commands";
import { me, queues } from "../live/store";
import { Icon } from "../ui/icon";
import { changeCase, escalateCase, routeCase } from "./commands";
import { PRIORITIES, STATUSES } from "./filter";
import { PromiseField } from "./promise-field";
import { TypeField } from "./type-field";
import { type Key, t } from "./words";

/** What is known of a case, each changed where it stands. */
export function CaseFields({ of: one }: { of: Case }): JSX.Element {
  const promise = useId();
  return (
    <>
      <div class="case-fields">
        <Chosen name="cases.status" value={one.status} options={STATUSES.map((status) => [status, t(`cases.status.${status}`)])} onChoose={(value) => changeCase(one, { status: STATUSES.find((status) => status === value) ?? null })} />
        <Chosen name="cases.priority" value={one.priority} options={PRIORITIES.map((priority) => [priority, t(`cases.priority.${priority}`)])} onChoose={(value) => changeCase(one, { priority: PRIORITIES.find((priority) => priority === value) ?? null })} />
        <Field name="cases.type">
          <TypeField value={one.case_type} onChoose={(case_type) => void changeCase(one, { case_type })} />
        </Field>
        <Owner of={one} />
        <Chosen name="cases.queue" value={one.queue} options={[["", "–"], ...queues.value.map(({ name, label }) => [name, label] as const)]} onChoose={(queue) => changeCase(one, { queue })} />
        <Written name="cases.folder" value={one.folder} onSave={(folder) => changeCase(one, { folder })} />
        <Written name="cases.labels" value={one.labels.join(", ")} onSave={(text) => changeCase(one, { labels: labelsOf(text) })} />
        <Field name="cases.promised" id={promise}>
          <PromiseField key={one.promised_at} of={one} id={promise} />
        </Field>
      </div>
      <More of={one} />
    </>
  );
}

function labelsOf(text: string): string[] {
  return [...new Set(text.split(",").map((label) => label.trim()))].filter(Boolean);
}

function Field({ name, id, children }: { name: Key; id?: string; children: ComponentChildren }): JSX.Element {
  return (
    <>
      {id === undefined ? <span class="faint">{t(name)}</span> : <label class="faint" for={id}>{t(name)}</label>}
      <div>{children}</div>
    </>
  );
}

interface ChosenProps {
  name: Key;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChoose: (value: string) => Promise<Case | null>;
}

/** Back to what it is when the change is refused. */
function Chosen({ name, value, options, onChoose }: ChosenProps): JSX.Element {
  const id = useId();
  const busy = useSignal(false);
  const choose = async (select: HTMLSelectElement): Promise<void> => {
    busy.value = true;
    if ((await onChoose(select.value)) === null) select.value = value;
    busy.value = false;
  };
  return (
    <Field name={name} id={id}>
      <select id={id} class="field" value={value} disabled={busy.value} onChange={({ currentTarget }) => void choose(currentTarget)}>
        {options.map(([option, label]) => (
          <option key={option} value={option}>
            {label}
          </option>
        ))}
      </select>
    </Field>
  );
}

interface WrittenProps {
  name: Key;
  value: string;
  onSave: (text: string) => Promise<Case | null>;
}

/** Kept when it is left or Enter is pressed. */
function Written({ name, value, onSave }: WrittenProps): JSX.Element {
  const id = useId();
  const save = (field: HTMLInputElement): void => {
    if (field.value.trim() === value) return;
    void onSave(field.value.trim()).then((one) => {
      if (one === null) field.value = value;
    });
  };
  return (
    <Field name={name} id={id}>
      <input
        id={id}
        key={value}
        class="field"
        maxLength={80}
        placeholder="–"
        defaultValue={value}
        onBlur={({ currentTarget }) => {
          save(currentTarget);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") save(event.currentTarget);
        }}
      />
    </Field>
  );
}

/** Nobody, I, or a colleague who is signed in. */
function Owner({ of: one }: { of: Case }): JSX.Element {
  const colleagues = useSignal<readonly Colleague[]>([]);
  useEffect(() => {
    fetchColleagues().then(
      (found) => (colleagues.value = found),
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error; // then only who is known can be chosen
      },
    );
  }, [colleagues]);
  const mine = me.value?.agent_id ?? "";
  const options: [string, string][] = [["", t("cases.nobody")], [mine, t("cases.me")]];
  for (const { agent_id, name } of colleagues.value) options.push([agent_id, name]);
  if (!options.some(([id]) => id === one.owner_id)) options.push([one.owner_id, one.owner_name]);
  return <Chosen name="cases.owner" value={one.owner_id} options={options} onChoose={(owner_id) => changeCase(one, { owner_id })} />;
}

/** To the second line, or into the line of its queue. */
function More({ of: one }: { of: Case }): JSX.Element | null {
  const open = useSignal(false);
  const queue = useSignal(one.queue);
  const note = useSignal("");
  const id = useId();
  if (one.status === "closed") return null;
  const escalate = async (): Promise<void> => {
    if ((await escalateCase(one, queue.peek(), note.peek().trim())) === null) return;
    open.value = false;
    note.value = "";
  };
  return (
    <div class="case-more">
      <button type="button" class="button small" aria-expanded={open.value} onClick={() => (open.value = !open.peek())}>
        <Icon name="megaphone" size={13} /> {t("cases.escalate")}
      </button>
      {one.queue !== "" && one.work_item_id === "" && (
        <button type="button" class="button small" onClick={() => void routeCase(one.case_id)}>
          <Icon name="line" size={13} /> {t("cases.route")}
        </button>
      )}
      {one.work_item_id !== "" && <span class="small faint">{t("cases.routed")}</span>}
      {open.value && (
        <form
          class="escalate"
          onSubmit={(event) => {
            event.preventDefault();
            void escalate();
          }}
        >
          <label for={`${id}queue`}>{t("cases.escalate_to")}</label>
          <select id={`${id}queue`} class="field" value={queue.value} onChange={({ currentTarget }) => (queue.value = currentTarget.value)}>
            <option value="" disabled>
              –
            </option>
            {queues.value.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
          <label for={`${id}note`}>{t("transfer.note")}</label>
          <textarea id={`${id}note`} class="field" rows={2} value={note.value} onInput={({ currentTarget }) => (note.value = currentTarget.value)} />
          <button type="submit" class="button primary" disabled={queue.value === ""}>
            {t("cases.escalate")}
          </button>
        </form>
      )}
    </div>
  );
}
