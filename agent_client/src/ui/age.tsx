import { useComputed } from "@preact/signals";
import type { JSX } from "preact";

import { duration, exactTime, stopwatch } from "../i18n/times";
import { tick } from "../live/server-time";

/** How long ago, counted on the server's clock. It ticks as one text node: nothing around it is drawn again. */
export function Age({ since, exact = false, class: name }: { since: number; exact?: boolean; class?: string }): JSX.Element {
  return (
    <time class={name ? `numeric ${name}` : "numeric"} dateTime={new Date(since).toISOString()} title={exactTime(since)}>
      <Ticking key={`${since}${exact}`} of={(now) => (exact ? stopwatch(now - since) : duration(now - since))} />
    </time>
  );
}

/** How long until, by the second. */
export function Until({ at }: { at: number }): JSX.Element {
  return (
    <span class="numeric">
      <Ticking key={at} of={(now) => stopwatch(at - now + 999)} />
    </span>
  );
}

function Ticking({ of }: { of: (now: number) => string }): JSX.Element {
  const text = useComputed(() => of(tick.value));
  return <>{text}</>;
}
