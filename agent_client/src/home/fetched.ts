import { CommandError, type Home } from "@usher/protocol";
import { computed, signal } from "@preact/signals";

import { keep, kept } from "../live/keep";
import { takeCases } from "../live/cases";
import { command } from "../live/link";
import { serverNow } from "../live/server-time";
import { listen, me } from "../live/store";

export const PERIODS = [7, 30, 90] as const;
type Days = (typeof PERIODS)[number];
/** of: whose it is; another person may sign in at this browser. */
type Told = { is: "loading" | "failed" } | { is: "there"; home: Home; of: string };

const KEY = "usher.home";
const AGAIN_MS = 60_000;
const SETTLED_MS = 2_000;
/** After these my own numbers are others. */
const MOVING: ReadonlySet<string> = new Set(["item.assigned", "item.closed", "conversation.rated", "case.warned"]);

const told = signal<Told>({ is: "loading" });
export const shown = computed<Told>(() => {
  const now = told.value;
  return now.is === "there" && now.of !== me.value?.agent_id ? { is: "loading" } : now;
});
export const days = signal<Days>(periodOf(kept<{ days: number }>(KEY, { days: 7 }).days));

function periodOf(wish: number): Days {
  return PERIODS.find((one) => one === wish) ?? 7;
}

export function choose(next: Days): void {
  days.value = next;
  keep(KEY, { days: next });
  void fetchHome();
}

let asking = 0;

/** What was told last stays while it is asked again, and when that fails. */
export async function fetchHome(): Promise<void> {
  const turn = (asking += 1);
  const home = await asked();
  if (turn !== asking) return;
  if (home !== null) {
    takeCases(home.due);
    told.value = { is: "there", home, of: me.peek()?.agent_id ?? "" };
  } else if (shown.peek().is !== "there") told.value = { is: "failed" };
}

async function asked(): Promise<Home | null> {
  try {
    const result = await command({ type: "home.fetch", days: days.peek(), day_began_at: dayBegan() });
    return result?.type === "home" ? result : null;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error; // the next minute, or the next session, asks again
    return null;
  }
}

/** Midnight where I am, in the server's time. */
function dayBegan(): number {
  return new Date(serverNow()).setHours(0, 0, 0, 0);
}

/** Keep the numbers fresh while somebody looks at them. Returns the stop. */
export function follow(): () => void {
  let soon: ReturnType<typeof setTimeout> | undefined;
  const again = (): void => {
    soon = undefined;
    if (!document.hidden) void fetchHome();
  };
  const stop = listen((_before, event) => {
    if (event.type === "snapshot") void fetchHome();
    else if (MOVING.has(event.type)) soon ??= setTimeout(again, SETTLED_MS);
  });
  const timer = setInterval(again, AGAIN_MS);
  document.addEventListener("visibilitychange", again);
  void fetchHome();
  return () => {
    stop();
    clearInterval(timer);
    clearTimeout(soon);
    document.removeEventListener("visibilitychange", again);
  };
}
