import type { JSX } from "preact";

import { t } from "../i18n/language";

/** Units held of the limit. Over the limit it says so. */
export function LoadBar({ held, limit }: { held: number; limit: number }): JSX.Element {
  const share = limit > 0 ? Math.min(1, held / limit) : 0;
  const text = t(held > limit ? "load.over" : "load.of", { held, limit });
  return (
    <span class="load-bar" data-over={held > limit} role="img" aria-label={text} title={text}>
      <span style={{ inlineSize: `${share * 100}%` }} />
    </span>
  );
}
