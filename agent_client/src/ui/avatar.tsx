import type { JSX } from "preact";

const HUES = 8;

/** Initials on one of eight quiet colours, the same for the same person everywhere. Decoration: the name is beside it. */
export function Avatar({ id, name, online }: { id: string; name: string; online?: boolean }): JSX.Element {
  return (
    <span class="avatar" data-hue={hueOf(id)} aria-hidden="true">
      {initials(name)}
      {online !== undefined && <span class="avatar-dot" data-online={online} />}
    </span>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters.map((word) => (word ? String.fromCodePoint(word.codePointAt(0) ?? 63) : "")).join("").toUpperCase() || "?";
}

function hueOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum % HUES;
}
