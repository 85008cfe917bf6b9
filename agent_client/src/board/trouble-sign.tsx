import type { JSX } from "preact";

import { Icon } from "../ui/icon";
import type { Level } from "./trouble";
import { type Key, t } from "./words";

/** What is wrong, in words, with a colour and a picture for how much. */
export function TroubleSign({ level, reason }: { level: Level; reason: Key }): JSX.Element {
  return (
    <span class="trouble small" data-level={level}>
      <Icon name={level === 2 ? "alert" : "info"} size={13} /> {t(reason)}
    </span>
  );
}
