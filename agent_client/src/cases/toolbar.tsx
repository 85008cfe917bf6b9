import type { ComponentChildren, JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { useSignal, useSignalEffect } from "@preact/signals";

import { queues } from "../live/store";
import { newId } from "../live/ids";
import { Icon } from "../ui/icon";
import { takeFocus } from "../ui/take-focus";
import { index, takeIndex, types } from "./case-index";
import { told } from "./commands";
import { OPEN, PRIORITIES, type Status, STATUSES } from "./filter";
import { asBoard, ask, asked, narrow, sent, showBoard } from "./overview";
import { isUsual } from "./scopes";
import { branchOf } from "./tree";
import { type Key, t } from "./words";

const TYPED_MS = 250;
const HOUR_S = 3_600;
const WITHIN: readonly { text: Key; within_s: number }[] = [
  { text: "cases.within.hour", within_s: HOUR_S },
  { text: "cases.within.day", within_s: 24 * HOUR_S },
  { text: "cases.within.week", within_s: 168 * HOUR_S },
];

/** What to look for and how to see it. children: what else there is to do. */
export function Toolbar({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <div class="cases-bar">
      <div class="cases-line">
        <Search />
        <span class="grow" />
        <SaveView />
        <div class="segments" role="group" aria-label={t("cases.shown_as")}>
          <Shown as="board" />
          <Shown as="list" />
        </div>
        {children}
      </div>
      <div class="cases-line">
        {!asBoard.value && <StatusFilter />}
        <Choice name="cases.type" value={asked.value.filter.case_types[0] ?? ""} onChoose={narrowToType} options={types.value.map(({ key, path }) => [key, path.join(" › ")])} />
        <Choice
          name="cases.priority"
          value={asked.value.filter.priorities[0] ?? ""}
          onChoose={(value) => narrow({ priorities: PRIORITIES.filter((one) => one === value) })}
          options={PRIORITIES.map((one) => [one, t(`cases.priority.${one}`)])}
        />
        <Choice
          name="cases.queue"
          value={asked.value.filter.queues[0] ?? ""}
          onChoose={(value) => narrow({ queues: value === "" ? [] : [value] })}
          options={queues.value.map(({ name, label }) => [name, label])}
        />
        <Choice
          name="cases.due"
          value={String(asked.value.filter.due_within_s ?? "")}
          onChoose={(value) => narrow({ due_within_s: value === "" ? null : Number(value) })}
          options={WITHIN.map(({ text, within_s }) => [String(within_s), t(text)])}
        />
        {!asBoard.value && <OrderChoice />}
      </div>
    </div>
  );
}

/** Words, or a number. The list follows when the typing pauses. */
function Search(): JSX.Element {
  const text = useSignal(asked.peek().filter.text);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const said = useRef(text.peek());
  // Another question was asked from elsewhere: its words, not mine.
  useSignalEffect(() => {
    const now = asked.value.filter.text;
    if (now !== said.current) text.value = said.current = now;
  });
  return (
    <div class="field-with-icon cases-search">
      <Icon name="search" />
      <input
        class="field"
        type="search"
        aria-label={t("cases.search")}
        placeholder={t("cases.search")}
        value={text.value}
        onInput={({ currentTarget: { value } }) => {
          text.value = value;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            said.current = value.trim();
            narrow({ text: said.current });
          }, TYPED_MS);
        }}
      />
    </div>
  );
}

function Shown({ as }: { as: "board" | "list" }): JSX.Element {
  const on = asBoard.value === (as === "board");
  return (
    <button type="button" class="segment-button" aria-pressed={on} onClick={() => showBoard(as === "board")}>
      <Icon name={as === "board" ? "columns" : "menu"} size={14} /> {t(`cases.as_${as}`)}
    </button>
  );
}

interface ChoiceProps {
  name: Key;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChoose: (value: string) => void;
}

/** One of the options, or any. What narrows the list is seen to do so. */
function Choice({ name, value, options, onChoose }: ChoiceProps): JSX.Element {
  const id = useId();
  return (
    <span class="narrow" data-on={value !== ""}>
      <label class="only-heard" for={id}>
        {t(name)}
      </label>
      <select id={id} class="field" value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        <option value="">{t("cases.any", { what: t(name) })}</option>
        {options.map(([option, label]) => (
          <option key={option} value={option}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}

/** A type stands for its whole branch; it is told by the first. */
function narrowToType(key: string): void {
  narrow({ case_types: key === "" ? [] : branchOf(index.peek()?.types ?? [], key).slice(0, MOST_TYPES) });
}

/** As many as the server takes in one question. */
const MOST_TYPES = 50;

function StatusFilter(): JSX.Element {
  const id = useId();
  const { statuses } = asked.value.filter;
  const value = statuses.length === 0 ? "any" : statuses.length === OPEN.length ? "open" : (statuses[0] ?? "any");
  const choose = (chosen: string): void => narrow({ statuses: statusesOf(chosen) });
  return (
    <span class="narrow" data-on={value !== "any"}>
      <label class="only-heard" for={id}>
        {t("cases.status")}
      </label>
      <select id={id} class="field" value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="any">{t("cases.any", { what: t("cases.status") })}</option>
        <option value="open">{t("cases.open")}</option>
        {STATUSES.map((one) => (
          <option key={one} value={one}>
            {t(`cases.status.${one}`)}
          </option>
        ))}
      </select>
    </span>
  );
}

function statusesOf(chosen: string): Status[] {
  return chosen === "open" ? [...OPEN] : STATUSES.filter((one) => one === chosen);
}

const ORDERS = ["updated", "created", "number", "due"] as const;

function OrderChoice(): JSX.Element {
  const id = useId();
  return (
    <span class="narrow">
      <label class="only-heard" for={id}>
        {t("cases.order")}
      </label>
      <select
        id={id}
        class="field"
        value={asked.value.order}
        onChange={({ currentTarget: { value } }) => ask({ ...asked.peek(), order: ORDERS.find((one) => one === value) ?? "updated" })}
      >
        {ORDERS.map((one) => (
          <option key={one} value={one}>
            {t(`cases.order.${one}`)}
          </option>
        ))}
      </select>
    </span>
  );
}

const NAME_CHARS = 80;
/** Keep what is asked under a name, for me or for everybody. */
function SaveView(): JSX.Element | null {
  const open = useSignal(false);
  const name = useSignal("");
  const shared = useSignal(false);
  const id = useId();
  if (!open.value)
    return asked.value.view_id !== "" || isUsual(asked.value) ? null : (
      <button type="button" class="button quiet" aria-label={t("cases.view_save")} onClick={() => (open.value = true)}>
        <Icon name="star" size={14} /> <span class="wide-only">{t("cases.view_save")}</span>
      </button>
    );
  const save = async (): Promise<void> => {
    const { filter, order } = asked.peek();
    const view_id = newId();
    const result = await told({ type: "case_view.save", view_id, name: name.peek().trim(), filter: sent(filter), order, shared: shared.peek() });
    if (result === null) return;
    takeIndex(result);
    open.value = false;
    name.value = "";
  };
  return (
    <form
      class="save-view"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") open.value = false;
      }}
    >
      <label class="only-heard" for={id}>
        {t("cases.view_name")}
      </label>
      <input ref={takeFocus} id={id} class="field" maxLength={NAME_CHARS} placeholder={t("cases.view_name")} value={name.value} onInput={({ currentTarget }) => (name.value = currentTarget.value)} />
      <label class="with-icon small">
        <input type="checkbox" checked={shared.value} onChange={({ currentTarget }) => (shared.value = currentTarget.checked)} /> {t("cases.view_shared")}
      </label>
      <button type="submit" class="button" disabled={name.value.trim() === ""}>
        {t("cases.save")}
      </button>
    </form>
  );
}
