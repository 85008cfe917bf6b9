import { signal } from "@preact/signals";

/**
 * The server's time in ms, as far as this page knows it; ages and countdowns are computed from it and nothing else.
 * `tick` is set once a second: what depends on it draws itself again.
 */
let read: () => number = Date.now;

export const tick = signal(Date.now());

/** Take the time from a session. */
export function followClock(clock: () => number): void {
  read = clock;
  tick.value = clock();
}

export function serverNow(): number {
  return read();
}

/** Called by the page's pulse. */
export function tickOn(): void {
  const now = read();
  // A slow correction of the clock must not make a counter run backwards by a second.
  if (now > tick.peek() || tick.peek() - now > 1_500) tick.value = now;
}
