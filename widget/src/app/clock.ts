import worker from "./tick.js?raw";

/**
 * A clock for hidden tabs. After five minutes browsers wake the timers of a hidden page once a minute: too seldom for
 * heartbeats, and a customer waiting in a background tab would lose their place. Timers of a worker are not slowed.
 */
const REVOKE_MS = 5_000;

/** Calls `tick` every few seconds while the page is hidden. A page whose policy forbids workers goes without. */
export function steadyClock(base: string, tick: () => void): void {
  let clock: Worker | null = null;
  const look = (): void => {
    clock?.terminate();
    clock = document.visibilityState === "hidden" ? started(base) : null;
    if (clock) clock.onmessage = tick;
  };
  document.addEventListener("visibilitychange", look);
  look(); // a tab may be opened in the background
}

function started(base: string): Worker | null {
  try {
    return new Worker(address(base));
  } catch {
    return null;
  }
}

/** On the server's own pages the file, which their strict policy allows; elsewhere its words from memory. */
function address(base: string): string {
  if (new URL(base).origin === location.origin) return `${base}widget/tick.js`;
  const url = URL.createObjectURL(new Blob([worker], { type: "text/javascript" }));
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS);
  return url;
}
