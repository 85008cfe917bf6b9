import type { JSX } from "preact";

import { t } from "../i18n/language";
import { printed } from "../keys/chord";
import { me, phase, voice } from "../live/store";
import { phone } from "../phone/phone";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { Keys } from "../ui/keys";
import { Menu, MenuItem } from "../ui/menu";
import { AREAS } from "./areas";
import { leave } from "./sign";
import { StatusMenu } from "./status-menu";
import { dialog, shownPage } from "./view";

export function TopBar(): JSX.Element {
  const mine = me.value;
  return (
    <header class="top-bar">
      <h1>{t(shownPage.value === "work" ? "page.work" : AREAS[shownPage.value].title)}</h1>
      <button type="button" class="search-button" onClick={() => (dialog.value = { kind: "palette" })}>
        <Icon name="search" />
        <span class="grow search-words">{t("palette.hint")}</span>
        <Keys keys={printed("Mod+KeyK")} />
      </button>
      <span class="grow" />
      <Line />
      <PhoneButton />
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

/** The phone, where calls are made: whether this browser is one, and the way to dial. */
function PhoneButton(): JSX.Element | null {
  if (!voice.value) return null;
  const { state, on } = phone.value;
  const words = `${t("call.dial_title")} (${printed("Alt+KeyD").join(" ")}). ${t(`phone.${state}`)}`;
  return (
    <button type="button" class="button quiet square phone-button" data-state={on ? "on" : state} aria-label={words} title={words} onClick={() => (dialog.value = { kind: "dial" })}>
      <Icon name="voice" size={18} />
    </button>
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
