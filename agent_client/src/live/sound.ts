import { settings } from "./settings";

/** One tone: when it starts and how long it lasts, in seconds. */
interface Tone {
  hz: number;
  at: number;
  lasts: number;
}

const RING: readonly Tone[] = [
  { hz: 659.3, at: 0, lasts: 0.35 },
  { hz: 880, at: 0.16, lasts: 0.5 },
];
const MESSAGE: readonly Tone[] = [{ hz: 784, at: 0, lasts: 0.18 }];

let context: AudioContext | null = null;

export function playRing(): void {
  play(RING, 0.14);
}

export function playMessage(): void {
  play(MESSAGE, 0.06);
}

/** Browsers keep a page silent until its first press or key; from then on it may sound. */
export function allowSound(): void {
  const allow = (): void => {
    context ??= new AudioContext();
    void context.resume();
  };
  addEventListener("pointerdown", allow, { once: true });
  addEventListener("keydown", allow, { once: true });
}

function play(tones: readonly Tone[], loudness: number): void {
  if (!settings.peek().sounds || context?.state !== "running") return;
  for (const tone of tones) sound(context, tone, loudness);
}

/** A soft bell: a quick rise, a long fall. */
function sound(audio: AudioContext, { hz, at, lasts }: Tone, loudness: number): void {
  const start = audio.currentTime + at;
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.frequency.value = hz;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(loudness, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + lasts);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + lasts);
}
