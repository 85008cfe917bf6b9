import type { JSX } from "preact";

/** Strokes of 24 × 24 drawings; decoration beside a label, hidden from readers. */
const PATHS = {
  chat: "M4 5.5h16v11H9.5L5 20v-3.5H4z",
  close: "M6 6l12 12M18 6L6 18",
  back: "M14.5 5.5L8 12l6.5 6.5",
  forward: "M9.5 5.5L16 12l-6.5 6.5",
  send: "M12 19V5M6 11l6-6 6 6",
  clip: "M17 11l-5.8 5.8a3.5 3.5 0 01-5-5l6.8-6.8a2.4 2.4 0 013.4 3.4l-6.6 6.6a1.1 1.1 0 01-1.6-1.6L14 7.8",
  file: "M7 3.5h7l4 4v13H7zM14 3.5v4h4",
  smile: "M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM8.5 14.2c1.9 2.6 5.1 2.6 7 0M9 9.6v.2M15 9.6v.2",
  sound: "M4.5 9.5v5H8l4.5 4v-13L8 9.5zM16 9c1.6 1.8 1.6 4.2 0 6M18.6 6.8c2.8 3 2.8 7.4 0 10.4",
  mute: "M4.5 9.5v5H8l4.5 4v-13L8 9.5zM16.5 9.8l4.4 4.4M20.9 9.8l-4.4 4.4",
  list: "M4 6.5h16M4 12h16M4 17.5h10",
  down: "M12 5v14M6 13l6 6 6-6",
  end: "M12 3.5v8M7 6.3a7.5 7.5 0 1010 0",
  star: "M12 3.8l2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8z",
  clock: "M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM12 7.5V12l3 2",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
