import type { JSX } from "preact";

import { statusLabel, statusTone } from "../i18n/labels";

/** A status by colour and shape (a disc, a bar in it, a moon, a ring), so that colour is not all there is. */
export function StatusDot({ status, reachable = true }: { status: string; reachable?: boolean }): JSX.Element {
  return <span class="status-dot" data-tone={reachable ? statusTone(status) : "off"} aria-hidden="true" />;
}

export function StatusName({ status, reachable = true }: { status: string; reachable?: boolean }): JSX.Element {
  return (
    <span class="status-name">
      <StatusDot status={status} reachable={reachable} />
      {statusLabel(status)}
    </span>
  );
}
