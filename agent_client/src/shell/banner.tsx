import type { JSX } from "preact";
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";

import { t } from "../i18n/language";
import { outbox, phase } from "../live/store";
import { Icon } from "../ui/icon";

/** Short cuts of the line mend themselves and are not worth a banner. */
const PATIENCE_MS = 2_500;

/** Says that the line is down and what that means; in the page's flow, so that it covers nothing. */
export function OfflineBanner(): JSX.Element | null {
  const shown = useSignal(false);
  const unsent = useComputed(() => outbox.value.filter((one) => one.state === "sending").length);
  const online = useComputed(() => phase.value === "online");
  useSignalEffect(() => {
    if (online.value) {
      shown.value = false;
      return undefined;
    }
    const timer = setTimeout(() => (shown.value = true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
    };
  });
  return (
    <div role="status">
      {shown.value && (
        <p class="banner">
          <Icon name="offline" />
          <span>
            <strong>{t("line.offline")}</strong>{" "}
            {unsent.value > 0 ? t("line.offline_unsent", { count: unsent.value }) : t("line.offline_help")}
          </span>
        </p>
      )}
    </div>
  );
}
