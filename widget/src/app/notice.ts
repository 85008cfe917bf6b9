/** How a customer who looks elsewhere notices a message: a short sound, and a number before the page's title. */

/** Two soft tones, made on the spot; silent where the browser wants a gesture first. */
export function chime(): void {
  const audio = new AudioContext();
  if (audio.state === "suspended") return void audio.close();
  [660, 880].forEach((hertz, i) => {
    const at = audio.currentTime + i * 0.11;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.07, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0005, at + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.32);
  });
  setTimeout(() => void audio.close(), 1_000);
}

const MARK = /^\(\d+\) /;

/** Marks the title of a hidden page; a page in sight keeps its own. */
export function titled(title: string, unread: number, hidden: boolean): string {
  const own = title.replace(MARK, "");
  return unread && hidden ? `(${unread}) ${own}` : own;
}
