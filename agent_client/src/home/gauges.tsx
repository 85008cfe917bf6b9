import type { Home } from "@usher/protocol";
import type { JSX } from "preact";

import { duration, number, percent } from "../i18n/times";
import { Gauge } from "./gauge";
import { reached, type Scale, upTo } from "./scale";
import { t } from "./words";

const STARS: Scale = { from: 1, to: 5, less: false };
const NET: Scale = { from: -100, to: 100, less: false };
const SHARE: Scale = { from: 0, to: 1, less: false };

const stars = (value: number): string => number(Math.round(value * 10) / 10);
const points = (value: number): string => number(Math.round(value));

/** First answer, satisfaction and deadlines: mine on a scale, with the target and the team's median on it. */
export function Gauges({ of: { mine, team, targets } }: { of: Home }): JSX.Element {
  const answer = { mine: mine.first_response_ms, team: team.first_response_ms, target: targets.first_response_ms };
  const asksNps = targets.survey === "nps";
  const rated = mine.rated !== null && mine.rated > 0 ? t("home.rated", { count: mine.rated }) : "";
  return (
    <ul class="gauges">
      <Gauge name="home.first_response" meaning="home.first_response_is" {...answer} scale={upTo(answer)} text={duration} good={reached(answer, true)} />
      {asksNps ? (
        <Gauge name="home.nps" meaning="home.nps_is" {...side("nps")} scale={NET} text={points} good={reached(side("nps"), false)} foot={rated} />
      ) : (
        <Gauge name="home.csat" meaning="home.csat_is" {...side("csat")} scale={STARS} text={stars} good={reached(side("csat"), false)} foot={rated} />
      )}
      <Gauge name="home.in_time" meaning="home.in_time_is" {...side("in_time")} scale={SHARE} text={percent} good={reached(side("in_time"), false)} />
    </ul>
  );

  function side(name: "nps" | "csat" | "in_time"): { mine: number | null; team: number | null; target: number | null } {
    return { mine: mine[name], team: team[name], target: targets[name] };
  }
}
