import type { JSX } from "preact";

import { t } from "../i18n/language";
import { statusLabel } from "../i18n/labels";
import { setNextStatus, setStatus } from "../live/commands";
import { assignments, me, statuses } from "../live/store";
import { Age } from "../ui/age";
import { Icon } from "../ui/icon";
import { LoadBar } from "../ui/load-bar";
import { Menu, MenuItem } from "../ui/menu";
import { StatusDot } from "../ui/status-dot";
import { dialog, statusMenuOpen } from "./view";

/** My status, since when, how loaded I am, and why it changed if it was not my doing. Always in sight. */
export function StatusMenu(): JSX.Element | null {
  const mine = me.value;
  if (mine === null) return null;
  const why = whyChanged(mine.status_reason, mine.status_by ?? null);
  const next = mine.next_status ?? "";
  return (
    <div class="status-menu">
      <Menu
        class="button status-button"
        align="end"
        open={statusMenuOpen}
        button={
          <>
            <StatusDot status={mine.status} />
            <span class="status-label">
              <span class="only-heard">{t("status.mine")}: </span>
              {statusLabel(mine.status)}
            </span>
            {next !== "" && <span class="faint wide-only">{t("status.then", { status: statusLabel(next) })}</span>}
            <Age since={mine.status_since} class="faint wide-only" />
            <LoadBar held={mine.units_held} limit={mine.units_limit} />
            <Icon name="down" size={14} />
          </>
        }
      >
        {why && (
          <p class="menu-note" role="presentation">
            <Icon name="info" size={14} /> {why}
          </p>
        )}
        {statuses.value.map((choice) => (
          <MenuItem key={choice.name} checked={choice.name === mine.status} onChoose={() => void setStatus(choice.name)}>
            <StatusDot status={choice.name} />
            <span class="grow">{statusLabel(choice.name)}</span>
            {choice.channels.length === 0 && <span class="faint small">{t("status.no_work")}</span>}
          </MenuItem>
        ))}
        {assignments.value.length > 0 && (
          <p class="menu-note" role="presentation">
            {t("status.after_work")}
          </p>
        )}
        {assignments.value.length > 0 &&
          statuses.value
            .filter((choice) => choice.name !== mine.status && choice.name !== "offline")
            .map((choice) => (
              <MenuItem
                key={`next ${choice.name}`}
                checked={choice.name === next}
                onChoose={() => void setNextStatus(choice.name === next ? "" : choice.name)}
              >
                <StatusDot status={choice.name} />
                <span class="grow">{t("status.then", { status: statusLabel(choice.name) })}</span>
              </MenuItem>
            ))}
        <MenuItem onChoose={() => (dialog.value = { kind: "why_me" })}>
          <Icon name="info" size={14} /> <span class="grow">{t("why_agent.ask")}</span>
        </MenuItem>
      </Menu>
    </div>
  );
}

/** null: it was my own choice, or nothing special. */
function whyChanged(reason: string, by: string | null): string | null {
  if (by !== null) return t("status.changed_by", { name: by });
  if (reason === "supervisor") return t("status.changed_by_supervisor");
  return reason === "missed_offer" ? t("status.missed_offer") : null;
}
