import type { JSX } from "preact";

/** Drawn on a 20-unit grid with a 1.6-unit line. */
const PATHS = {
  work: "M4 5.5A1.5 1.5 0 0 1 5.5 4h9A1.5 1.5 0 0 1 16 5.5v7a1.5 1.5 0 0 1-1.5 1.5H9l-3.5 3v-3A1.5 1.5 0 0 1 4 12.5z",
  board: "M4 16V9.5M10 16V4M16 16v-4.5",
  settings: "M4 6.5h6.5M14.5 6.5H16M4 13.5h1.5M9.5 13.5H16M12.5 8.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7.5 15.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  help: "M7.5 7.6a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.8-1.1 1.7M10 14.4v.1M10 17.2a7.2 7.2 0 1 0 0-14.4 7.2 7.2 0 0 0 0 14.4z",
  out: "M8 4H5.5A1.5 1.5 0 0 0 4 5.5v9A1.5 1.5 0 0 0 5.5 16H8M12.5 13.5 16 10l-3.5-3.5M16 10H8",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l3.8 3.8",
  send: "M16.5 3.5 9 11M16.5 3.5 12 16.5 9 11 3.5 8z",
  note: "M13 3.8 16.2 7 7.5 15.7l-4 .8.8-4zM11 5.8 14.2 9",
  emoji: "M10 17.2a7.2 7.2 0 1 0 0-14.4 7.2 7.2 0 0 0 0 14.4zM7 11.8c.7 1.1 1.8 1.7 3 1.7s2.3-.6 3-1.7M7.6 7.8v.4M12.4 7.8v.4",
  transfer: "M4 7h11M12 4l3 3-3 3M16 13H5M8 10l-3 3 3 3",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  close: "m5.5 5.5 9 9M14.5 5.5l-9 9",
  down: "m5.5 8 4.5 4.5L14.5 8",
  forward: "M8 5.5 12.5 10 8 14.5",
  back: "M12 5.5 7.5 10l4.5 4.5",
  side: "M4.5 4h11A1.5 1.5 0 0 1 17 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14.5v-9A1.5 1.5 0 0 1 4.5 4zM12 4v12",
  clock: "M10 17.2a7.2 7.2 0 1 0 0-14.4 7.2 7.2 0 0 0 0 14.4zM10 6v4.2l2.8 1.7",
  alert: "M10 7.5v3.7M10 13.8v.1M8.7 3.9 2.9 14a1.5 1.5 0 0 0 1.3 2.3h11.6a1.5 1.5 0 0 0 1.3-2.3L11.3 3.9a1.5 1.5 0 0 0-2.6 0z",
  info: "M10 9.2v4.3M10 6.4v.1M10 17.2a7.2 7.2 0 1 0 0-14.4 7.2 7.2 0 0 0 0 14.4z",
  offline: "M3 3l14 14M6.2 11.3a5.3 5.3 0 0 1 2.5-1.3M13.8 11.3a5.3 5.3 0 0 0-1.3-.9M3.7 8.4a9 9 0 0 1 2.7-1.7M16.3 8.4a9 9 0 0 0-7-2.5M10 14.6v.1",
  webchat: "M4 5.5A1.5 1.5 0 0 1 5.5 4h9A1.5 1.5 0 0 1 16 5.5v7a1.5 1.5 0 0 1-1.5 1.5H9l-3.5 3v-3A1.5 1.5 0 0 1 4 12.5zM7.3 9h.1M10 9h.1M12.7 9h.1",
  voice: "M6.8 3.5 8.2 7 6.5 8.3a9.5 9.5 0 0 0 5.2 5.2L13 11.8l3.5 1.4v2.3a1.5 1.5 0 0 1-1.6 1.5A12.5 12.5 0 0 1 3 5.1a1.5 1.5 0 0 1 1.5-1.6z",
  email: "M4.5 5h11A1.5 1.5 0 0 1 17 6.5v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 13.5v-7A1.5 1.5 0 0 1 4.5 5zM3.5 6.5 10 11l6.5-4.5",
  screen: "M7 3.5H3.5V7M13 3.5h3.5V7M7 16.5H3.5V13M13 16.5h3.5V13",
  menu: "M4 6h12M4 10h12M4 14h12",
  skip: "M10 4v10M6 10.5l4 4 4-4",
  user: "M10 10a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 10 10zM4 16.5a6 6 0 0 1 12 0",
  coffee: "M4.5 7.5H14v4.8a3.2 3.2 0 0 1-3.2 3.2H7.7a3.2 3.2 0 0 1-3.2-3.2zM14 8.8h1.2a1.8 1.8 0 0 1 0 3.6H14M7.5 3v2M11 3v2",
  moon: "M16.2 11.7A6.7 6.7 0 1 1 8.3 3.8a5.3 5.3 0 0 0 7.9 7.9z",
  bell: "M5.5 8.5a4.5 4.5 0 0 1 9 0c0 4 1.5 5 1.5 5H4s1.5-1 1.5-5M8.5 16.3a1.7 1.7 0 0 0 3 0",
} satisfies Record<string, string>;

export type IconName = keyof typeof PATHS;

/** A picture beside words; alone it needs a labelled button around it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The icon of a channel; those without their own look like a chat. */
export function channelIcon(channel: string): IconName {
  if (channel === "voice") return "voice";
  return channel === "email" || channel === "webform" ? "email" : "webchat";
}
