import type { JSX } from "preact";

import { exactTime, timeOrDate } from "../i18n/times";
import { serverNow } from "../live/server-time";
import { t } from "./words";

/** Since when somebody is a customer: what tells those of one name apart. */
export function Since({ at }: { at: number }): JSX.Element {
  return (
    <time class="faint small since" dateTime={new Date(at).toISOString()} title={t("customers.since", { day: exactTime(at) })}>
      {timeOrDate(at, serverNow())}
    </time>
  );
}
