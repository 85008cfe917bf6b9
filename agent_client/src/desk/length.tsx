import type { JSX } from "preact";

import { t } from "../i18n/language";

/** The server's limit for one message, in characters (code points). */
export const TEXT_LIMIT = 10_000;
/** Told when so much of the limit is left, or a tenth of a small one. */
const NEAR = 300;

/** How much fits. oneMessage: characters of one message of the channel; longer texts go out in parts. null: ours. */
export function Length({ length, oneMessage }: { length: number; oneMessage: number | null }): JSX.Element | null {
  if (length > TEXT_LIMIT) return <Told over>{t("composer.over", { count: length - TEXT_LIMIT })}</Told>;
  if (oneMessage !== null && length > oneMessage) return <Told>{t("composer.parts", { count: Math.ceil(length / oneMessage) })}</Told>;
  const limit = Math.min(TEXT_LIMIT, oneMessage ?? TEXT_LIMIT);
  if (length <= limit - Math.min(NEAR, limit / 10)) return null;
  return <Told>{t("composer.left", { count: limit - length })}</Told>;
}

function Told({ over = false, children }: { over?: boolean; children: string }): JSX.Element {
  return (
    <span class="small" data-over={over} role="status">
      {children}
    </span>
  );
}
