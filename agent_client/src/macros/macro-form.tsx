import type { Macro, MacroAction, Macros } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { type Signal, useSignal } from "@preact/signals";

import { ask, useAsked } from "../knowledge/asking";
import { command } from "../live/link";
import { notify } from "../live/notices";
import { departments } from "../live/store";
import { ActionFields } from "./action-fields";
import { type DraftAction, drafts, keyOf, KINDS, newAction, told } from "./draft";
import { type Fault, faultOf } from "./fault";
import { FaultLine } from "./fault-line";
import { kindWords } from "./kind-words";
import { TeamsField } from "./teams-field";
import { t } from "./words";

const MOST_ACTIONS = 12;
const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

interface Props {
  /** null: a new one. */
  macro: Macro | null;
  known: Macros;
  onSaved: () => void;
  onCancel: () => void;
}

/** A macro being written: what it is called, where it is offered, and what it does, one action after another. */
export function MacroForm({ macro, known, onSaved, onCancel }: Props): JSX.Element {
  const title = useSignal(macro?.title ?? "");
  const key = useSignal<string | null>(macro?.key ?? null);
  const keys = useSignal(macro?.keys ?? "");
  const condition = useSignal(macro?.condition ?? "");
  const teams = useSignal<readonly string[]>(macro?.teams ?? []);
  const actions = useSignal<readonly DraftAction[]>(macro === null ? [newAction("send")] : drafts(macro));
  const fault = useSignal<Fault | null>(null);
  const busy = useSignal(false);
  const named = key.value ?? keyOf(title.value);

  const attempt = async (work: Promise<unknown>): Promise<void> => {
    busy.value = true;
    try {
      await work;
      notify("info", "macro.done");
      onSaved();
    } catch (error) {
      fault.value = faultOf(error);
    }
    busy.value = false;
  };
  const put = {
    type: "macro.put" as const,
    macro_id: macro?.macro_id ?? "",
    revision: macro?.revision ?? 0,
    key: named,
    title: title.value.trim(),
    keys: keys.value,
    condition: condition.value.trim(),
    actions: actions.value.map(told),
    teams: [...teams.value],
  };
  return (
    <form
      class="article-edit macro-edit"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(command(put));
      }}
    >
      <h2>{macro?.title ?? t("macros.new")}</h2>
      <FaultLine fault={fault.value} field="" />
      <Naming title={title} named={named} keys={keys} onKey={(next) => (key.value = next)} />
      <FaultLine fault={fault.value} field="title" />
      <Offered condition={condition} names={known.names} fault={fault.value} />
      <TeamsField all={known.teams} chosen={teams} fault={fault.value} />
      <Actions actions={actions} known={known} fault={fault.value} />
      <footer class="article-acts">
        <button type="submit" class="button primary" disabled={busy.value || put.title === "" || named === ""}>
          {t("macros.save")}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t("action.cancel")}
        </button>
        {macro !== null && (
          <button type="button" class="button quiet" disabled={busy.value} onClick={() => void attempt(command({ type: "macro.remove", macro_id: macro.macro_id }))}>
            {t("macros.remove")}
          </button>
        )}
      </footer>
    </form>
  );
}

function Naming({ title, named, keys, onKey }: { title: Signal<string>; named: string; keys: Signal<string>; onKey: (key: string) => void }): JSX.Element {
  return (
    <div class="article-edit-row">
      <label>
        {t("macros.name")}
        <input class="field" required maxLength={100} value={title.value} onInput={({ currentTarget }) => (title.value = currentTarget.value)} />
      </label>
      <label>
        {t("macros.key")}
        <input class="field" required pattern="[a-z0-9]+(-[a-z0-9]+)*" maxLength={64} value={named} onInput={({ currentTarget }) => onKey(currentTarget.value)} />
      </label>
      <label>
        {t("macros.digit")}
        <select class="field" value={keys.value} onChange={({ currentTarget }) => (keys.value = currentTarget.value)}>
          <option value="">{t("macros.no_digit")}</option>
          {DIGITS.map((digit) => (
            <option key={digit}>{digit}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Offered({ condition, names, fault }: { condition: Signal<string>; names: readonly string[]; fault: Fault | null }): JSX.Element {
  const ids = useId();
  return (
    <div>
      <label for={`${ids}condition`}>{t("macros.condition")}</label>
      <input
        id={`${ids}condition`}
        class="field condition"
        spellcheck={false}
        maxLength={2_000}
        aria-describedby={`${ids}help`}
        placeholder="channel == 'email' && case.priority == 'urgent'"
        value={condition.value}
        onInput={({ currentTarget }) => (condition.value = currentTarget.value)}
      />
      <p id={`${ids}help`} class="small faint">
        {t("macros.condition_help", { names: names.join(", ") })}
      </p>
      <FaultLine fault={fault} field="condition" />
    </div>
  );
}

function Actions({ actions, known, fault }: { actions: Signal<readonly DraftAction[]>; known: Macros; fault: Fault | null }): JSX.Element {
  const texts = useAsked("quick texts", () => ask({ type: "quick_texts.fetch" }, "quick_texts"));
  const all = texts.value.is === "there" ? texts.value.value.quick_texts.filter((one) => !one.mine) : [];
  const change = (place: number, next: Partial<DraftAction>): void => {
    actions.value = actions.peek().map((one) => (one.place === place ? { ...one, ...next } : one));
  };
  const move = (at: number, by: number): void => {
    const moved = [...actions.peek()];
    const [one] = moved.splice(at, 1);
    if (one) moved.splice(at + by, 0, one);
    actions.value = moved;
  };
  return (
    <section class="macro-actions" aria-label={t("macros.actions")}>
      <h3>{t("macros.actions")}</h3>
      <p class="small faint">{t("macros.actions_help")}</p>
      <FaultLine fault={fault?.field === "actions" ? fault : null} field="actions" />
      <ol>
        {actions.value.map((action, at) => (
          <li key={action.place}>
            <ActionFields
              action={action}
              number={at + 1}
              known={known}
              quickTexts={all}
              onChange={(next) => change(action.place, next)}
              onUp={at > 0 ? () => move(at, -1) : null}
              onDown={at + 1 < actions.value.length ? () => move(at, 1) : null}
              onRemove={() => (actions.value = actions.peek().filter((one) => one !== action))}
            />
            <FaultLine fault={fault} field={`actions.${at + 1}`} />
          </li>
        ))}
      </ol>
      {actions.value.length < MOST_ACTIONS && <Add onAdd={(kind) => (actions.value = [...actions.peek(), newAction(kind)])} />}
    </section>
  );
}

function Add({ onAdd }: { onAdd: (kind: MacroAction["do"]) => void }): JSX.Element {
  return (
    <label class="macro-add">
      {t("macros.add")}
      <select
        class="field"
        value=""
        onChange={({ currentTarget }) => {
          const kind = KINDS.find((one) => one === currentTarget.value);
          currentTarget.value = "";
          if (kind) onAdd(kind);
        }}
      >
        <option value="">…</option>
        {KINDS.filter((kind) => kind !== "open_step" || departments.value.length > 0).map((kind) => (
          <option key={kind} value={kind}>
            {kindWords(kind)}
          </option>
        ))}
      </select>
    </label>
  );
}
