import { computed, effect, signal } from "@preact/signals";

import { voiceToken } from "../live/http";
import { notify } from "../live/notices";
import { settings } from "../live/settings";
import { calls, listen, me, voice } from "../live/store";
import type { Choice, Telephone, Trouble } from "./device";

/**
 * off: calls are not made here. starting: not reachable yet, or not at the moment. elsewhere: another tab of this
 * browser is the phone. failed: it cannot be one; `trouble` says why.
 */
type PhoneState = "off" | "starting" | "ready" | "elsewhere" | "failed";

export interface Phone {
  state: PhoneState;
  /** I hear and am heard in this tab. */
  on: boolean;
  trouble: Trouble | null;
  microphones: readonly Choice[];
  speakers: readonly Choice[];
}

const OFF: Phone = { state: "off", on: false, trouble: null, microphones: [], speakers: [] };
export const phone = signal<Phone>(OFF);

let telephone: Telephone | null = null;

/** The news that a call is mine may come after it rings. */
const EXPECTED_WITHIN_MS = 5_000;
const AGAIN_MS = 15_000;
/** One tab of a browser is the phone, however many are open; the next one takes its place. */
const LOCK = "usher.phone";

const wanted = computed(() => voice.value && me.value !== null);

/** Be a phone for as long as the centre makes calls and somebody is signed in. Returns the stop. */
export function startPhone(): () => void {
  const stop = effect(() => {
    if (!wanted.value) return undefined;
    const over = new AbortController();
    void becomePhone(over.signal);
    return () => {
      over.abort();
      phone.value = OFF;
    };
  });
  const follow = effect(() => {
    const { microphone, speaker } = settings.value; // read though there is no telephone yet: what is read is followed
    void telephone?.use(microphone, speaker);
  });
  return () => {
    stop();
    follow();
  };
}

async function becomePhone(over: AbortSignal): Promise<void> {
  if (!("locks" in navigator)) {
    set({ state: "failed", trouble: "microphone" }); // a page without https has neither locks nor a microphone
    return;
  }
  set({ state: "elsewhere" });
  await navigator.locks.request(LOCK, { signal: over }, () => serve(over)).catch(() => undefined);
}

/** Until it is over. */
async function serve(over: AbortSignal): Promise<void> {
  while (!over.aborted && !(await open(over))) await pause(AGAIN_MS, over);
  if (!over.aborted) await new Promise((done) => over.addEventListener("abort", done, { once: true }));
  telephone?.stop();
  telephone = null;
}

/** Whether it is a phone now. */
async function open(over: AbortSignal): Promise<boolean> {
  set({ state: "starting", trouble: null });
  try {
    const { openTelephone } = await import("./device");
    const opened = await openTelephone(await voiceToken(), {
      onState: (state) => {
        set(state === "ready" ? { state, trouble: null } : { state });
      },
      onRing: expected,
      onLine: (on) => {
        set({ on });
      },
      onTrouble: (trouble) => {
        if (phone.peek().trouble !== trouble) notify("bad", `phone.trouble_${trouble}`);
        set({ trouble });
      },
      onDevices: lookAtDevices,
      freshToken: voiceToken,
    });
    telephone = opened;
    lookAtDevices();
    await opened.use(settings.peek().microphone, settings.peek().speaker);
    return true;
  } catch {
    if (!over.aborted) set({ state: "failed", trouble: "line" });
    return false;
  }
}

function set(some: Partial<Phone>): void {
  phone.value = { ...phone.peek(), ...some };
}

function lookAtDevices(): void {
  set({ microphones: telephone?.microphones() ?? [], speakers: telephone?.speakers() ?? [] });
}

/** At once, before the server has heard of it. */
export function muteHere(muted: boolean): void {
  telephone?.mute(muted);
}

const rings = computed(() =>
  [...calls.value.values()].some((call) =>
    call.legs.some((leg) => leg.agent_id === me.value?.agent_id && (leg.state === "dialing" || leg.state === "ringing")),
  ),
);

/** Only what this person accepted or asked for is answered: then the server has told of a leg of theirs. */
function expected(): Promise<boolean> {
  if (rings.peek()) return Promise.resolve(true);
  return new Promise((decide) => {
    const done = (answer: boolean): void => {
      stop();
      clearTimeout(timer);
      decide(answer);
    };
    const stop = listen(() => {
      if (rings.peek()) done(true);
    });
    const timer = setTimeout(done, EXPECTED_WITHIN_MS, false);
  });
}

function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    over.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        done();
      },
      { once: true },
    );
  });
}
