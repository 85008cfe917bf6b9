import { arc } from "d3-shape";
import type { JSX } from "preact";
import { useId } from "preact/hooks";

import { Icon } from "../ui/icon";
import { type Beside, place, type Scale } from "./scale";
import { type Key, t } from "./words";

interface GaugeProps extends Beside {
  name: Key;
  /** What the number says, in a sentence. */
  meaning: Key;
  scale: Scale;
  text: (value: number) => string;
  /** null: there is nothing to reach. */
  good: boolean | null;
  foot?: string;
}

const INNER = 44;
const OUTER = 54;
const TURN = Math.PI;

const band = arc<{ from: number; to: number }>()
  .innerRadius(INNER)
  .outerRadius(OUTER)
  .cornerRadius(3)
  .startAngle(({ from }) => (from - 0.5) * TURN)
  .endAngle(({ to }) => (to - 0.5) * TURN);

/** A half circle that fills as far as I am, with marks for the target and the team; all of it in words, too. */
export function Gauge({ name, meaning, mine, team, target, scale, text, good, foot = "" }: GaugeProps): JSX.Element {
  const id = useId();
  const verdict = good === null ? "" : t(good ? "home.on_target" : "home.off_target");
  const beside = [target === null ? "" : `${t("home.target")} ${text(target)}`, team === null ? "" : `${t("home.team")} ${text(team)}`];
  const heard = [mine === null ? t("home.nothing_yet") : text(mine), verdict, ...beside].filter(Boolean).join(", ");
  return (
    <li class="gauge" data-good={good}>
      <h3 id={id} class="small" title={t(meaning)}>
        {t(name)}
      </h3>
      <div role="meter" aria-labelledby={id} aria-valuemin={scale.from} aria-valuemax={scale.to} aria-valuenow={mine ?? scale.from} aria-valuetext={heard}>
        <svg viewBox="-60 -62 120 66" class="gauge-dial" aria-hidden="true">
          <path class="gauge-track" d={band({ from: 0, to: 1 }) ?? ""} />
          {mine !== null && <path class="gauge-mine" d={band({ from: 0, to: Math.max(0.02, place(mine, scale)) }) ?? ""} />}
          {target !== null && <line class="gauge-target" {...radial(place(target, scale), INNER - 4, OUTER + 5)} />}
          {team !== null && <path class="gauge-team" d={pointer(place(team, scale))} />}
          <text class="gauge-value numeric" y="-10" text-anchor="middle">
            {mine === null ? "–" : text(mine)}
          </text>
        </svg>
      </div>
      <p class="gauge-verdict small">
        {good !== null && <Icon name={good ? "check" : "alert"} size={13} />} {verdict || (mine === null ? t("home.nothing_yet") : "")}
      </p>
      <p class="faint small gauge-beside">
        {target !== null && (
          <span class="with-icon">
            <i class="gauge-mark target" aria-hidden="true" /> {beside[0]}
          </span>
        )}
        {team !== null && (
          <span class="with-icon" title={t("home.team_is")}>
            <i class="gauge-mark team" aria-hidden="true" /> {beside[1]}
          </span>
        )}
        {foot !== "" && <span>{foot}</span>}
      </p>
    </li>
  );
}

function at(share: number, radius: number): [x: number, y: number] {
  const angle = (share - 0.5) * TURN;
  return [Math.sin(angle) * radius, -Math.cos(angle) * radius];
}

function radial(share: number, from: number, to: number): { x1: number; y1: number; x2: number; y2: number } {
  const [x1, y1] = at(share, from);
  const [x2, y2] = at(share, to);
  return { x1, y1, x2, y2 };
}

/** A small triangle outside the band, its tip on it. */
function pointer(share: number): string {
  const half = 0.018;
  const corners = [at(share, OUTER - 1), at(share - half, OUTER + 7), at(share + half, OUTER + 7)];
  return `M${corners.map((corner) => corner.join(" ")).join("L")}Z`;
}
