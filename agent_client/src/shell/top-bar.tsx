import type { JSX } from "preact";

import type { Key } from "../i18n/en";
import { t } from "../i18n/language";
import { printed } from "../keys/chord";
import { me, phase } from "../live/store";
import type { Route } from "../router";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { Keys } from "../ui/keys";
import { Menu, MenuItem } from "../ui/menu";
import { leave } from "./sign";
import { StatusMenu } from "./status-menu";
import { dialog, shownPage } from "./view";

const TITLES: Record<Route["page"], Key> = { work: "page.work", board: "page.board", settings: "page.settings" };

export function TopBar(): JSX.Element {
  const mine = me.value;
  return (
    <header class="top-bar">
      <h1>{t(TITLES[shownPage.value])}</h1>
      <button type="button" class="search-button" onClick={() => (dialog.value = { kind: "palette" })}>
        <Icon name="search" />
        <span class="grow search-words">{t("palette.hint")}</span>
        <Keys keys={printed("Mod+KeyK")} />
      </button>
      <span class="grow" />
      <Line />
      <StatusMenu />
      {mine && (
        <Menu class="button quiet round" label={mine.name} align="end" button={<Avatar id={mine.agent_id} name={mine.name} />}>
          <p class="menu-note" role="presentation">
            <span>
              <strong>{mine.name}</strong>
              <br />
              {mine.email}
            </span>
          </p>
          <MenuItem onChoose={() => void leave()}>
            <Icon name="out" /> {t("action.sign_out")}
          </MenuItem>
        </Menu>
      )}
    </header>
  );
}

/** A quiet word while the line is being made again; the banner says it aloud when it takes long. */
function Line(): JSX.Element | null {
  if (phase.value === "online") return null;
  return (
    <span class="line-state faint small">
      <span class="spinner" aria-hidden="true" />
      {t("line.connecting")}
    </span>
  );
}
