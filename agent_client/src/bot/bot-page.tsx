import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { language } from "../i18n/language";
import { languageName, number, percent, shortDate } from "../i18n/times";
import { HttpError } from "../live/http";
import { suggested } from "../live/suggested";
import { go } from "../router";
import { Coming } from "../ui/lazy";
import { fetchReport, type Gathered, type Intent, putAside, type Report, teach, titleOf, type Tried, tryOut } from "./report";
import { Trial } from "./trial";
import { isKey, t } from "./words";
import "./bot.css";

const PERIODS = [1, 7, 30, 90];
/** What the report calls the answers of a bot that had none. */
const NOTHING = "nothing";
const ARTICLE = "article:";

/** What the bot achieves, and what it should learn. */
export function BotPage(): JSX.Element {
  const days = useSignal(7);
  const report = useSignal<Report | "loading" | "failed">("loading");
  const changes = useSignal(0);
  const asked = days.value;
  useEffect(() => {
    void fetchReport(asked)
      .catch(failed)
      .then((found) => (report.value = found));
  }, [asked, changes.value, report]);
  const known = report.value;
  return (
    <main class="page bot-area" tabIndex={-1}>
      <Period days={days.value} onChange={(chosen) => (days.value = chosen)} />
      {known === "loading" && <Coming />}
      {known === "failed" && <p class="faint">{t("bot.failed")}</p>}
      {typeof known === "object" && (
        <>
          <Figures report={known} />
          <Unanswered report={known} onChanged={() => (changes.value += 1)} />
        </>
      )}
    </main>
  );
}

function failed(error: unknown): "failed" {
  if (error instanceof HttpError) return "failed";
  throw error;
}

function Period({ days, onChange }: { days: number; onChange: (days: number) => void }): JSX.Element {
  return (
    <div class="segments" role="group" aria-label={t("bot.period")}>
      {PERIODS.map((each) => (
        <button key={each} type="button" class="segment-button" aria-pressed={each === days} onClick={() => onChange(each)}>
          {t("bot.days", { count: each })}
        </button>
      ))}
    </div>
  );
}

function Figures({ report }: { report: Report }): JSX.Element {
  const said = language.value;
  const intents = (counts: Record<string, number>): [string, number][] =>
    Object.entries(counts).map(([name, count]) => [name === NOTHING ? t("bot.nothing") : titleOf(report.intents, name, said), count]);
  const worded = (counts: Record<string, number>, keyOf: (word: string) => string): [string, number][] =>
    Object.entries(counts).map(([word, count]) => {
      const key = keyOf(word);
      return [isKey(key) ? t(key) : word, count];
    });
  return (
    <section class="bot-figures">
      <dl class="panel bot-counts">
        <Figure label={t("bot.talks")} value={number(report.talks)} />
        <Figure label={t("bot.deflected")} value={report.deflection === null ? "–" : percent(report.deflection)} help={t("bot.deflected_help")} />
        <Figure label={t("bot.handed_over")} value={number(report.handed_over)} />
        <Figure label={t("bot.open")} value={number(report.open)} />
      </dl>
      <Counts title={t("bot.reasons")} rows={worded(report.reasons, (word) => `reason.${word}`)} none="–" />
      <Counts title={t("bot.answered")} rows={intents(report.answered)} none="–" />
      <Counts title={t("bot.wrong")} rows={intents(report.wrong)} none={t("bot.none_wrong")} />
      {Object.keys(report.advice).length > 0 && <Counts title={t("bot.advice")} rows={worded(report.advice, (word) => `advice.${word}`)} none="–" />}
      <p class="small faint">{report.model ? t("bot.model", { model: report.model }) : t("bot.by_words")}</p>
    </section>
  );
}

function Figure({ label, value, help }: { label: string; value: string; help?: string }): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
      {help && <dd class="small faint">{help}</dd>}
    </div>
  );
}

function Counts({ title, rows, none }: { title: string; rows: readonly [string, number][]; none: string }): JSX.Element {
  return (
    <section class="panel">
      <h2>{title}</h2>
      {rows.length === 0 && <p class="faint">{none}</p>}
      <table class="bot-table">
        <tbody>
          {rows.map(([name, count]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{number(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Unanswered({ report, onChanged }: { report: Report; onChanged: () => void }): JSX.Element {
  const settled = useSignal("");
  const told = useRef<HTMLParagraphElement>(null);
  const settle = (words: string): void => {
    settled.value = words;
    told.current?.focus(); // what had it is about to go
    onChanged();
  };
  return (
    <section class="bot-unanswered">
      <h2>{t("bot.unanswered")}</h2>
      <p class="faint">{t("bot.unanswered_help")}</p>
      <p ref={told} role="status" tabIndex={-1}>
        {settled.value}
      </p>
      {report.unanswered.length === 0 && <p>{t("bot.none")}</p>}
      <ul class="bot-groups">
        {report.unanswered.map((group) => (
          <Group key={`${group.places[0]?.conversation_id ?? ""} ${group.places[0]?.n ?? 0}`} group={group} intents={report.intents} onSettled={settle} />
        ))}
      </ul>
    </section>
  );
}

/** It begins with what was asked, and once it is published the questions are seen to. */
function write(group: Gathered): void {
  suggested.value = { title: group.text, questions: [...new Set(group.examples)], seen: () => putAside(group) };
  go({ page: "knowledge", path: ["new", group.text] });
}

interface GroupProps {
  group: Gathered;
  intents: readonly Intent[];
  /** words: what became of it. */
  onSettled: (words: string) => void;
}

function Group({ group, intents, onSettled }: GroupProps): JSX.Element {
  const id = useId();
  const intent = useSignal(intents.some(({ name }) => name === group.intent) ? group.intent : "");
  const state = useSignal<"" | "busy" | "failed">("");
  const act = async (doing: Promise<void>, done: "bot.taught" | "bot.was_put_aside"): Promise<void> => {
    state.value = "busy";
    try {
      await doing;
      onSettled(t(done, { text: group.text }));
    } catch (error) {
      state.value = failed(error);
    }
  };
  const busy = state.value === "busy";
  const tried = useSignal<Tried | null>(null);
  const tryNow = async (): Promise<void> => {
    state.value = "busy";
    tried.value = null;
    try {
      tried.value = await tryOut(group, intent.peek());
      state.value = "";
    } catch (error) {
      state.value = failed(error);
    }
  };
  return (
    <li class="panel">
      <strong lang={group.language}>{group.text}</strong>
      <p class="small faint">
        {number(group.count)} × · {languageName(group.language)} · {shortDate(group.newest_at)}
        {group.examples.length > 1 && <span lang={group.language}> · {group.examples.slice(1, 4).join(" · ")}</span>}
      </p>
      <div class="bot-acts">
        <label for={id}>{t("bot.means")}</label>
        <select id={id} class="field" value={intent.value} onChange={({ currentTarget }) => {
            intent.value = currentTarget.value;
            tried.value = null;
          }}
        >
          <option value="">{t("bot.choose")}</option>
          <Meanings label={t("bot.own")} intents={intents.filter(({ name }) => !name.startsWith(ARTICLE))} />
          <Meanings label={t("bot.articles")} intents={intents.filter(({ name }) => name.startsWith(ARTICLE))} />
        </select>
        <button type="button" class="button small primary" disabled={busy || !intent.value} onClick={() => void act(teach(group, intent.peek()), "bot.taught")}>
          {t("bot.teach")}
        </button>
        <button type="button" class="button small" disabled={busy || !intent.value} onClick={() => void tryNow()}>
          {t("bot.try")}
        </button>
        <button type="button" class="button small" onClick={() => write(group)}>
          {t("bot.write")}
        </button>
        <button type="button" class="button small quiet" disabled={busy} onClick={() => void act(putAside(group), "bot.was_put_aside")}>
          {t("bot.aside")}
        </button>
      </div>
      <div role="status">
        {busy && (
          <p class="small faint">
            <span class="spinner" aria-hidden="true" /> {t("line.loading")}
          </p>
        )}
        {tried.value && <Trial tried={tried.value} intents={intents} />}
      </div>
      {state.value === "failed" && <p role="alert">{t("bot.not_done")}</p>}
    </li>
  );
}

/** By title: an article may be called like something the bot does. */
function Meanings({ label, intents }: { label: string; intents: readonly Intent[] }): JSX.Element | null {
  if (intents.length === 0) return null;
  const titled = intents.map(({ name }) => ({ name, title: titleOf(intents, name, language.value) }));
  titled.sort((one, other) => one.title.localeCompare(other.title, language.value));
  return (
    <optgroup label={label}>
      {titled.map(({ name, title }) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </optgroup>
  );
}
