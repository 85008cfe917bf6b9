import type { Macros, QuickText } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";

import { language } from "../i18n/language";
import { Icon } from "../ui/icon";
import type { DraftAction } from "./draft";
import { kindWords } from "./kind-words";
import { TextPreview } from "./text-preview";
import { ValueField } from "./value-field";
import { t } from "./words";

interface Props {
  action: DraftAction;
  number: number;
  known: Macros;
  quickTexts: readonly QuickText[];
  onChange: (next: Partial<DraftAction>) => void;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
  onRemove: () => void;
}

/** One action of a macro, with the fields its kind has. */
export function ActionFields({ action, number, known, quickTexts, onChange, onUp, onDown, onRemove }: Props): JSX.Element {
  const { do: kind } = action;
  return (
    <fieldset class="panel macro-action">
      <legend class="only-heard">
        {number}. {kindWords(kind)}
      </legend>
      <div class="row-head">
        <strong class="grow" aria-hidden="true">
          {number}. {kindWords(kind)}
        </strong>
        <Move icon="back" turn="up" text={t("macros.up", { number })} act={onUp} />
        <Move icon="back" turn="down" text={t("macros.down", { number })} act={onDown} />
        <Move icon="close" text={t("macros.remove_action", { number })} act={onRemove} />
      </div>
      {kind === "send" && <QuickTextChoice action={action} quickTexts={quickTexts} onChange={onChange} />}
      <ValueField action={action} known={known} onValue={(value) => onChange({ value })} />
      {kind === "open_step" && <Words label={t("macros.step_subject")} text={action.subject} most={150} onText={(subject) => onChange({ subject })} />}
      {spoken(action) && <Words long label={t(`macros.text.${textOf(kind)}`)} text={action.text} most={4_000} onText={(text) => onChange({ text })} />}
      <When when={action.when} onWhen={(when) => onChange({ when })} />
    </fieldset>
  );
}

const spoken = ({ do: kind, quick_text }: DraftAction): boolean =>
  kind === "note" || kind === "hand_over" || kind === "open_step" || (kind === "send" && quick_text === "");

function textOf(kind: DraftAction["do"]): "send" | "note" | "open_step" {
  return kind === "send" || kind === "open_step" ? kind : "note";
}

function Move({ icon, turn, text, act }: { icon: "back" | "close"; turn?: "up" | "down"; text: string; act: (() => void) | null }): JSX.Element {
  return (
    <button type="button" class="button quiet square small" data-turn={turn} aria-label={text} title={text} disabled={act === null} onClick={() => act?.()}>
      <Icon name={icon} size={14} />
    </button>
  );
}

/** Everybody's quick texts are in several languages: the customer's is taken. */
function QuickTextChoice({ action, quickTexts, onChange }: { action: DraftAction; quickTexts: readonly QuickText[]; onChange: Props["onChange"] }): JSX.Element {
  const chosen = quickTexts.find((one) => one.short === action.quick_text);
  const [shown = "en", text = ""] = Object.entries(chosen?.texts ?? {}).sort(([one], [other]) => rank(one) - rank(other))[0] ?? [];
  return (
    <>
      <label>
        {t("macros.what_is_sent")}
        <select class="field" value={action.quick_text} onChange={({ currentTarget }) => onChange({ quick_text: currentTarget.value })}>
          <option value="">{t("macros.own_words")}</option>
          {chosen === undefined && action.quick_text !== "" && <option value={action.quick_text}>/{action.quick_text}</option>}
          {quickTexts.map((one) => (
            <option key={one.quick_text_id} value={one.short}>
              /{one.short} · {one.title}
            </option>
          ))}
        </select>
      </label>
      {chosen && <p class="small faint">{t("macros.in_languages", { languages: Object.keys(chosen.texts).join(", ") })}</p>}
      {chosen && <TextPreview text={text} lang={shown} />}
    </>
  );
}

const rank = (one: string): number => (one === language.value ? 0 : one === "en" ? 1 : 2);

function Words({ label, text, most, long = false, onText }: { label: string; text: string; most: number; long?: boolean; onText: (text: string) => void }): JSX.Element {
  const id = useId();
  const common = { id, class: "field", maxLength: most, value: text };
  return (
    <div>
      <label for={id}>{label}</label>
      {long ? <textarea {...common} onInput={({ currentTarget }) => onText(currentTarget.value)} /> : <input {...common} onInput={({ currentTarget }) => onText(currentTarget.value)} />}
      <TextPreview text={text} />
    </div>
  );
}

function When({ when, onWhen }: { when: string; onWhen: (when: string) => void }): JSX.Element {
  return (
    <details open={when !== ""}>
      <summary class="small">{t("macros.only_if")}</summary>
      <input
        class="field condition"
        aria-label={t("macros.only_if")}
        spellcheck={false}
        maxLength={2_000}
        placeholder="language == 'de'"
        value={when}
        onInput={({ currentTarget }) => onWhen(currentTarget.value)}
      />
    </details>
  );
}
