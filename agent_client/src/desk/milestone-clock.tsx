import type { Case, Milestone } from "@usher/protocol";
import type { JSX } from "preact";
import { useComputed } from "@preact/signals";

import { t } from "../i18n/language";
import { countdown, duration, exactTime } from "../i18n/times";
import { tick } from "../live/server-time";
import { nextMilestone, type Standing, standingOf } from "../state/milestones";
import { Icon, type IconName } from "../ui/icon";

const ICONS: Record<Standing["is"], IconName> = {
  running: "clock",
  closing: "clock",
  late: "alert",
  paused: "pause",
  met: "check",
  met_late: "check",
  ended: "skip",
};

/**
 * How a milestone stands, to the second on the server's clock: colour, picture and words. Only the text node changes with
 * the second; the rest is drawn again when the standing changes. short: without its name, as long as something is to do.
 */
export function MilestoneClock({ milestone, short = false }: { milestone: Milestone; short?: boolean }): JSX.Element {
  // Drawn again by the parent with another milestone: the key there makes this one new.
  const is = useComputed(() => standingOf(milestone, tick.value).is).value;
  const name = t(`milestone.${milestone.name}`);
  const title = milestone.due_at === null ? name : `${name}: ${exactTime(milestone.due_at)}`;
  return (
    <span class="milestone with-icon" data-is={is} title={title}>
      <Icon name={ICONS[is]} size={13} />
      <span class={short ? "only-heard" : "milestone-name"}>{name}</span>
      <span>
        {t(`clock.${is}`)} <Left milestone={milestone} />
      </span>
    </span>
  );
}

/** Time left or over; nothing when it is over. */
function Left({ milestone }: { milestone: Milestone }): JSX.Element {
  const text = useComputed(() => {
    const now = standingOf(milestone, tick.value);
    if (!("ms" in now)) return "";
    return now.is === "paused" ? duration(now.ms) : countdown(now.ms);
  });
  return <span class="numeric">{text}</span>;
}

/** What is due next of a case; nothing when nothing is promised. */
export function NextClock({ of }: { of: Case }): JSX.Element | null {
  const next = nextMilestone(of);
  if (next === null) return null;
  return <MilestoneClock key={clockKey(next)} milestone={next} short />;
}

/** Another one whenever anything of it changed. */
export function clockKey({ name, number, state, due_at, remaining_ms }: Milestone): string {
  return `${name} ${number} ${state} ${due_at ?? ""} ${remaining_ms}`;
}
