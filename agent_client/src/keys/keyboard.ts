import { settings } from "../live/settings";
import { assignments } from "../live/store";
import { go } from "../router";
import { dialog, focusComposer } from "../shell/view";
import { ACTIONS } from "./actions";
import { type Chord, chordOf } from "./chord";

/** Listen for the actions' keys on the whole page; returns the stop. */
export function listenToKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const chord = chordOf(event);
    if (chord === null || !mayRun(chord, event.target)) return;
    if (!runAction(chord) && !openByNumber(chord)) return;
    event.preventDefault();
  };
  document.addEventListener("keydown", onKey);
  return () => {
    document.removeEventListener("keydown", onKey);
  };
}

/** A written sign belongs to the field it is typed into; a dialog has the keys to itself. */
function mayRun(chord: Chord, target: EventTarget | null): boolean {
  if (dialog.peek() !== null) return false;
  if (chord === "Mod+KeyK") return true;
  if (!settings.peek().shortcuts) return false;
  return chord !== "?" || !(target instanceof HTMLElement) || !target.matches("input, textarea, select, [contenteditable]");
}

function runAction(chord: Chord): boolean {
  const action = ACTIONS.find((one) => one.chord === chord);
  if (!action || action.possible?.() === false) return false;
  action.run();
  return true;
}

/** Alt+1 … Alt+9: the conversation at that place of the list. */
function openByNumber(chord: Chord): boolean {
  const place = /^Alt\+Digit([1-9])$/.exec(chord)?.[1];
  const assignment = place === undefined ? undefined : assignments.peek()[Number(place) - 1];
  if (!assignment) return false;
  go({ page: "work", conversation_id: assignment.conversation.conversation_id });
  focusComposer();
  return true;
}
