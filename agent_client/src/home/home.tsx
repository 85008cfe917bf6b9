import type { Home as Told } from "@usher/protocol";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId } from "preact/hooks";

import { clockTime, duration, exactTime, number } from "../i18n/times";
import { Icon } from "../ui/icon";
import { Coming } from "../ui/lazy";
import { DueList } from "./due-list";
import { choose, days, fetchHome, follow, PERIODS, shown } from "./fetched";
import { Gauges } from "./gauges";
import { OpenCases } from "./open-cases";
import { type Key, t } from "./words";
import "./home.css";

/** What somebody sees first: their day, themselves beside targets and team, what is due, what is open. */
export function Home(): JSX.Element {
  useEffect(follow, []);
  const now = shown.value;
  if (now.is !== "there") return now.is === "loading" ? <Coming /> : <Failed />;
  const { home } = now;
  return (
    <div class="home">
      <Today of={home} />
      <Section title="home.figures" class="wide" beside={<Period />}>
        <Gauges of={home} />
      </Section>
      <Section title="home.due">
        <DueList of={home} />
      </Section>
      <Section title="home.open">
        <OpenCases of={home.open} />
        <p class="faint small" title={exactTime(home.counted_at)}>
          {t("home.counted", { time: clockTime(home.counted_at) })}
        </p>
      </Section>
    </div>
  );
}

function Section({ title, class: name = "", beside, children }: { title: Key; class?: string; beside?: JSX.Element; children: ComponentChildren }): JSX.Element {
  const id = useId();
  return (
    <section class={`panel home-part ${name}`} aria-labelledby={id}>
      <div class="home-head">
        <h2 id={id} class="grow">
          {t(title)}
        </h2>
        {beside}
      </div>
      {children}
    </section>
  );
}

/** What I did today, and what of mine is open; beside the median of my team. */
function Today({ of: { today, team_today: team, my_open, my_late } }: { of: Told }): JSX.Element {
  return (
    <dl class="day-figures wide" aria-label={t("home.today")}>
      <Tile name="home.handled" value={number(today.handled ?? 0)} team={team.handled === null ? null : number(team.handled)} today />
      <Tile name="home.handle_time" value={time(today.handle_ms)} team={team.handle_ms === null ? null : time(team.handle_ms)} today />
      <Tile name="home.my_open" value={number(my_open)} />
      <Tile name="home.my_late" value={number(my_late)} bad={my_late > 0} />
    </dl>
  );
}

interface TileProps {
  name: Key;
  value: string;
  team?: string | null;
  today?: boolean;
  bad?: boolean;
}

function Tile({ name, value, team = null, today = false, bad = false }: TileProps): JSX.Element {
  return (
    <div class="panel day-figure" data-bad={bad}>
      <dt class="small">
        {t(name)} {today && <span class="faint">{t("home.today")}</span>}
      </dt>
      <dd>
        <span class="day-value numeric">
          {bad && <Icon name="alert" size={16} />} {value}
        </span>
        {team !== null && (
          <span class="faint small" title={t("home.team_is")}>
            {t("home.team")} <span class="numeric">{team}</span>
          </span>
        )}
      </dd>
    </div>
  );
}

function time(ms: number | null): string {
  return ms === null ? "–" : duration(ms);
}

function Period(): JSX.Element {
  return (
    <div class="segments" role="group" aria-label={t("home.period")}>
      {PERIODS.map((count) => (
        <button key={count} type="button" class="segment-button" aria-pressed={days.value === count} onClick={() => choose(count)}>
          {t("home.days", { count })}
        </button>
      ))}
    </div>
  );
}

function Failed(): JSX.Element {
  return (
    <div class="empty" role="status">
      <Icon name="offline" size={28} />
      <p>{t("home.failed")}</p>
      <button type="button" class="button" onClick={() => void fetchHome()}>
        {t("action.try_again")}
      </button>
    </div>
  );
}
