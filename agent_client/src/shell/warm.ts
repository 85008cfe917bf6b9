import { useEffect } from "preact/hooks";

import { SECTIONS } from "../context/sections";
import { me, overseer, voice } from "../live/store";
import { MailLine } from "../mail/lazy";
import { CallDock } from "../phone/lazy-dock";
import { AREA_NAMES } from "../router";
import { isLazy } from "../ui/lazy";
import { AREAS } from "./areas";
import { OFTEN, ON_CALLS, OVERSEEING } from "./dialogs";

interface Fetched {
  fetch: () => Promise<void>;
}

/** The first view and its data go first. */
const AFTER_MS = 1_500;

/** Fetch, one by one, what this person may open next: then it opens at once, and also while the line is down. */
export function useWarming(): void {
  const here = me.value !== null;
  useEffect(() => {
    if (!here) return undefined;
    const timer = setTimeout(() => void warm(), AFTER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [here]);
}

async function warm(): Promise<void> {
  const sections = SECTIONS.map(({ Body }) => Body).filter(isLazy);
  const areas = AREA_NAMES.map((name) => AREAS[name]).filter((area) => area.may());
  const parts: readonly Fetched[] = [
    ...sections,
    ...(voice.peek() ? [CallDock, ...ON_CALLS] : []),
    ...OFTEN,
    MailLine,
    ...areas.map((area) => area.Page),
    ...(overseer.peek() ? OVERSEEING : []),
  ];
  for (const part of parts) await part.fetch();
}
