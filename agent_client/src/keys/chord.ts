/**
 * A key with its modifiers, by its place on the keyboard (KeyboardEvent.code): Alt+letter types other characters on
 * many layouts and systems, the place stays. `?` is the one written sign.
 */
export type Chord = `Alt+${string}` | `Mod+${string}` | "?";

const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

const NAMES: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", Slash: "/", Comma: "," };

/** The chord of a key event; null when it is none of ours. AltGr is for typing. */
export function chordOf(event: KeyboardEvent): Chord | null {
  if (event.getModifierState("AltGraph")) return null;
  const mod = MAC ? event.metaKey : event.ctrlKey;
  if (mod && !event.altKey && !event.shiftKey) return `Mod+${event.code}`;
  if (event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) return `Alt+${event.code}`;
  if (event.key === "?" && !event.altKey && !event.ctrlKey && !event.metaKey) return "?";
  return null;
}

/** As printed on the keys: ["Alt", "A"]. */
export function printed(chord: Chord): string[] {
  if (chord === "?") return ["?"];
  const [modifier = "", code = ""] = chord.split("+");
  const key = NAMES[code] ?? code.replace(/^(Key|Digit)/, "");
  if (modifier === "Mod") return [MAC ? "⌘" : "Ctrl", key];
  return [MAC ? "⌥" : "Alt", key];
}
