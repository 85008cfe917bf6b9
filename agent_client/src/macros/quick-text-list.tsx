import type { QuickText } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { LANGUAGES, language, OWN_NAMES } from "../i18n/language";
import { ask, useAsked } from "../knowledge/asking";
import { t as knowledgeText } from "../knowledge/words";
import { command } from "../live/link";
import { Icon } from "../ui/icon";
import { Coming } from "../ui/lazy";
import { type Fault, faultOf } from "./fault";
import { FaultLine } from "./fault-line";
import { TeamsField } from "./teams-field";
import { TextPreview } from "./text-preview";
import { t } from "./words";
import "./macros.css";

const NEW: QuickText = { quick_text_id: "", short: "", title: "", mine: true, texts: {}, teams: [], revision: 0, used: 0 };

/** Everybody's quick texts and one's own; everybody's are an editor's to change. */
export function QuickTextList(): JSX.Element {
  const saves = useSignal(0);
  const open = useSignal<QuickText | null>(null);
  const asked = useAsked(`quick texts ${saves.value}`, () => ask({ type: "quick_texts.fetch" }, "quick_texts"));
  if (asked.value.is === "loading") return <Coming />;
  if (asked.value.is === "failed") return <p class="faint">{t("macros.unread")}</p>;
  const { quick_texts: all, may_edit: mayEdit, variables, teams } = asked.value.value;
  const saved = (): void => {
    open.value = null;
    saves.value += 1;
  };
  return (
    <section class="article">
      <h2>{knowledgeText("quick_text.title")}</h2>
      <p class="faint">{t("quick_text.help")}</p>
      <div>
        <button type="button" class="button small" onClick={() => (open.value = NEW)}>
          {t("quick_text.new")}
        </button>
      </div>
      {open.value && <Form key={open.value.quick_text_id} quickText={open.value} mayEdit={mayEdit} variables={variables} teams={teams} onSaved={saved} onCancel={() => (open.value = null)} />}
      <ul class="hits">
        {all.map((one) => (
          <li key={one.quick_text_id}>
            <button type="button" class="hit" disabled={!one.mine && !mayEdit} onClick={() => (open.value = one)}>
              <span class="row-head">
                <kbd>/{one.short}</kbd> <strong class="grow">{one.title}</strong>
                {one.mine && (
                  <span class="tag">
                    <Icon name="user" size={13} /> {t("quick_text.mine")}
                  </span>
                )}
                {one.teams.map((team) => (
                  <span key={team} class="tag">
                    {team}
                  </span>
                ))}
              </span>
              <span class="small faint">{one.texts[language.value] ?? one.texts.en ?? Object.values(one.texts)[0]}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface FormProps {
  quickText: QuickText;
  mayEdit: boolean;
  variables: readonly string[];
  teams: readonly string[];
  onSaved: () => void;
  onCancel: () => void;
}

function Form({ quickText, mayEdit, variables, teams: allTeams, onSaved, onCancel }: FormProps): JSX.Element {
  const short = useSignal(quickText.short);
  const title = useSignal(quickText.title);
  const mine = useSignal(quickText.mine);
  const teams = useSignal<readonly string[]>(quickText.teams);
  const texts = useSignal<Readonly<Record<string, string>>>(quickText.texts);
  const fault = useSignal<Fault | null>(null);
  const isNew = quickText.quick_text_id === "";
  const attempt = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
      onSaved();
    } catch (error) {
      fault.value = faultOf(error);
    }
  };
  const save = (): Promise<void> => {
    const written = Object.fromEntries(Object.entries(texts.peek()).filter(([, text]) => text.trim() !== ""));
    const { quick_text_id, revision } = quickText;
    const own = mine.peek();
    return attempt(command({ type: "quick_text.put", quick_text_id, revision, short: short.peek(), title: title.peek().trim(), mine: own, texts: written, teams: own ? [] : [...teams.peek()] }));
  };
  const own = LANGUAGES.filter((one) => one === language.value || texts.peek()[one] !== undefined);
  const field = (one: (typeof LANGUAGES)[number]): JSX.Element => (
    <TextField key={one} lang={one} text={texts.value[one] ?? ""} fault={fault.value} onText={(text) => (texts.value = { ...texts.peek(), [one]: text })} />
  );
  return (
    <form
      class="article-edit panel"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <FaultLine fault={fault.value} field="" />
      <div class="article-edit-row">
        <label>
          {t("quick_text.short")}
          <input class="field" required pattern="[a-z0-9]+(-[a-z0-9]+)*" maxLength={32} value={short.value} onInput={({ currentTarget }) => (short.value = currentTarget.value)} />
        </label>
        <label>
          {t("quick_text.name")}
          <input class="field" required maxLength={100} value={title.value} onInput={({ currentTarget }) => (title.value = currentTarget.value)} />
        </label>
      </div>
      <FaultLine fault={fault.value} field="title" />
      {isNew && mayEdit && (
        <label class="with-icon">
          <input type="checkbox" checked={!mine.value} onChange={({ currentTarget }) => (mine.value = !currentTarget.checked)} /> {t("quick_text.for_all")}
        </label>
      )}
      {!mine.value && <TeamsField all={allTeams} chosen={teams} fault={fault.value} />}
      <p class="small faint">{t("quick_text.variables", { names: variables.map((name) => `{{${name}}}`).join(" ") })}</p>
      {own.map(field)}
      {own.length < LANGUAGES.length && (
        <details>
          <summary>{t("quick_text.more")}</summary>
          {LANGUAGES.filter((one) => !own.includes(one)).map(field)}
        </details>
      )}
      <footer class="article-acts">
        <button type="submit" class="button primary">
          {t("macros.save")}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {t("action.cancel")}
        </button>
        {!isNew && (
          <button type="button" class="button quiet" onClick={() => void attempt(command({ type: "quick_text.remove", quick_text_id: quickText.quick_text_id }))}>
            {t("macros.remove")}
          </button>
        )}
      </footer>
    </form>
  );
}

function TextField({ lang, text, fault, onText }: { lang: (typeof LANGUAGES)[number]; text: string; fault: Fault | null; onText: (text: string) => void }): JSX.Element {
  const id = useId();
  return (
    <div class="quick-text-field">
      <label for={id}>{OWN_NAMES[lang]}</label>
      <textarea id={id} class="field" lang={lang} maxLength={4_000} value={text} onInput={({ currentTarget }) => onText(currentTarget.value)} />
      <TextPreview text={text} lang={lang} />
      <FaultLine fault={fault} field={`texts.${lang}`} />
    </div>
  );
}
