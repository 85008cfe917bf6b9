import type { ArticleSummary, Macros } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";

import { dispositionLabel } from "../i18n/labels";
import { language } from "../i18n/language";
import { ask, useAsked } from "../knowledge/asking";
import { departments, queues, state } from "../live/store";
import type { DraftAction } from "./draft";
import { t } from "./words";

const STATUSES = ["new", "working", "waiting", "escalated", "closed"] as const;
const PRIORITIES = ["low", "normal", "high", "urgent"] as const;

interface Props {
  action: DraftAction;
  known: Macros;
  onValue: (value: string) => void;
}

/** To what an action changes something. */
export function ValueField({ action: { do: kind, value }, known, onValue }: Props): JSX.Element | null {
  switch (kind) {
    case "set_status":
      return <Choice label={t("macros.status")} value={value} options={STATUSES.map((one) => [one, t(`macros.status.${one}`)])} onValue={onValue} />;
    case "set_priority":
      return <Choice label={t("macros.priority")} value={value} options={PRIORITIES.map((one) => [one, t(`macros.priority.${one}`)])} onValue={onValue} />;
    case "set_type":
      return <TypeChoice value={value} onValue={onValue} />;
    case "assign":
      return <Choice label={t("macros.to_whom")} value={value} options={[["me", t("macros.me")], ["", t("macros.nobody")], ...known.assignees.map((one): [string, string] => [one.agent_id, one.name])]} onValue={onValue} />;
    case "move":
    case "hand_over":
      return <Choice label={t("macros.queue")} value={value} empty options={queues.value.map((one) => [one.name, one.label])} onValue={onValue} />;
    case "open_step":
      return <Choice label={t("macros.department")} value={value} empty options={departments.value.map((one) => [one.key, one.label])} onValue={onValue} />;
    case "close":
    case "close_case":
      return <Choice label={t("macros.reason")} value={value} options={[["", t("macros.no_reason")], ...state.value.dispositions.map(({ name, label }): [string, string] => [name, dispositionLabel(name, label)])]} onValue={onValue} />;
    case "label":
      return (
        <label>
          {t("macros.label")}
          <input class="field" required maxLength={40} value={value} onInput={({ currentTarget }) => onValue(currentTarget.value)} />
        </label>
      );
    case "link_article":
      return <ArticleChoice value={value} onValue={onValue} />;
    case "send":
    case "note":
    case "wrap_up":
      return null;
    default:
      return kind satisfies never;
  }
}

function Choice({ label, value, options, empty = false, onValue }: { label: string; value: string; options: readonly (readonly [string, string])[]; empty?: boolean; onValue: (value: string) => void }): JSX.Element {
  const known = options.some(([name]) => name === value);
  return (
    <label>
      {label}
      <select class="field" required={empty} value={value} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
        {!known && <option value={value}>{value === "" ? "…" : value}</option>}
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** One of many, by its name in files; what people call it is offered, and shown beside. */
function NamedChoice({ label, value, options, onValue }: { label: string; value: string; options: readonly (readonly [string, string])[]; onValue: (value: string) => void }): JSX.Element {
  const id = useId();
  return (
    <>
      <label>
        {label}
        <input class="field" list={id} required maxLength={80} value={value} onInput={({ currentTarget }) => onValue(currentTarget.value)} />
        <datalist id={id}>
          {options.map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </datalist>
      </label>
      <p class="small faint">{options.find(([name]) => name === value)?.[1]}</p>
    </>
  );
}

function ArticleChoice({ value, onValue }: { value: string; onValue: (value: string) => void }): JSX.Element {
  const asked = useAsked("articles", allArticles);
  const all = asked.value.is === "there" ? asked.value.value : [];
  return <NamedChoice label={t("macros.article")} value={value} options={all.map((one) => [one.key, one.title])} onValue={onValue} />;
}

function TypeChoice({ value, onValue }: { value: string; onValue: (value: string) => void }): JSX.Element {
  const asked = useAsked("types", () => ask({ type: "case_index.fetch" }, "case_index"));
  const all = asked.value.is === "there" ? asked.value.value.types : [];
  const path = (key: string): string => {
    const one = all.find((each) => each.key === key);
    return one === undefined ? key : one.parent === "" ? one.label : `${path(one.parent)} › ${one.label}`;
  };
  return <NamedChoice label={t("macros.case_type")} value={value} options={all.map((one) => [one.key, path(one.key)])} onValue={onValue} />;
}

const MOST_PAGES = 10;

async function allArticles(): Promise<ArticleSummary[]> {
  const all: ArticleSummary[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { articles, more } = await ask({ type: "articles.list", language: language.peek(), after: all.at(-1)?.article_id ?? "" }, "articles");
    all.push(...articles);
    if (!more) break;
  }
  return all;
}
