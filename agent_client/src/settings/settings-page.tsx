import type { JSX } from "preact";
import { useId } from "preact/hooks";

import { LANGUAGES, OWN_NAMES } from "../i18n/language";
import { change, type Settings, settings, type Theme } from "../live/settings";
import { me } from "../live/store";
import { skillLabel, queueLabel } from "../i18n/labels";
import { notify } from "../live/notices";
import { playRing } from "../live/sound";
import { PhoneSettings } from "./phone-settings";
import { followLanguage } from "../shell/sign";
import { type Key, t } from "./words";

const THEMES: readonly { theme: Theme; text: Key }[] = [
  { theme: "system", text: "settings.theme_system" },
  { theme: "light", text: "settings.theme_light" },
  { theme: "dark", text: "settings.theme_dark" },
];

/** What this person may choose for this browser, and what the centre has set for them. */
export function SettingsPage(): JSX.Element {
  const ids = useId();
  return (
    <main class="page settings" tabIndex={-1}>
      <section class="panel">
        <h2>{t("settings.look")}</h2>
        <div class="setting">
          <label for={`${ids}language`}>{t("settings.language")}</label>
          <select
            id={`${ids}language`}
            class="field"
            value={settings.value.language}
            onChange={(event) => {
              change({ language: event.currentTarget.value });
              followLanguage(me.peek()?.language ?? "");
            }}
          >
            <option value="">{t("settings.language_account")}</option>
            {LANGUAGES.map((one) => (
              <option key={one} value={one} lang={one}>
                {OWN_NAMES[one]}
              </option>
            ))}
          </select>
        </div>
        <fieldset class="setting">
          <legend>{t("settings.theme")}</legend>
          <div class="segments">
            {THEMES.map(({ theme, text }) => (
              <label key={theme} class="segment">
                <input type="radio" name="theme" checked={settings.value.theme === theme} onChange={() => change({ theme })} />
                <span>{t(text)}</span>
              </label>
            ))}
          </div>
        </fieldset>
      </section>
      <section class="panel">
        <h2>{t("settings.alerts")}</h2>
        <Switch of="sounds" text="settings.sounds" help="settings.sounds_help" onTurn={(on) => on && playRing()} />
        <Switch of="notifications" text="settings.notifications" help="settings.notifications_help" onTurn={(on) => on && void askToNotify()} />
      </section>
      <section class="panel">
        <h2>{t("settings.keys")}</h2>
        <Switch of="shortcuts" text="settings.shortcuts" help="settings.shortcuts_help" />
      </section>
      <PhoneSettings />
      <MyPart />
    </main>
  );
}

type OnOff = { [Name in keyof Settings]: Settings[Name] extends boolean ? Name : never }[keyof Settings];

function Switch({ of, text, help, onTurn }: { of: OnOff; text: Key; help: Key; onTurn?: (on: boolean) => void }): JSX.Element {
  const ids = useId();
  return (
    <div class="setting">
      <label for={ids}>
        {t(text)}
        <span class="faint small" id={`${ids}help`}>
          {t(help)}
        </span>
      </label>
      <input
        id={ids}
        class="switch"
        type="checkbox"
        role="switch"
        aria-describedby={`${ids}help`}
        checked={settings.value[of]}
        onChange={(event) => {
          const on = event.currentTarget.checked;
          change({ [of]: on });
          onTurn?.(on);
        }}
      />
    </div>
  );
}

/** The browser is asked only now, when the person wants it; a refusal turns the switch back and says why. */
async function askToNotify(): Promise<void> {
  const answer = "Notification" in window ? await Notification.requestPermission() : "denied";
  if (answer === "granted") return;
  change({ notifications: false });
  notify("warn", "settings.notifications_refused");
}

/** What the centre has set: for reading. */
function MyPart(): JSX.Element | null {
  const mine = me.value;
  if (mine === null) return null;
  return (
    <section class="panel">
      <h2>{t("settings.mine")}</h2>
      <dl class="facts">
        <dt>{t("settings.team")}</dt>
        <dd>{mine.team || "–"}</dd>
        <dt>{t("settings.queues")}</dt>
        <dd>{mine.queues.map(queueLabel).join(", ") || "–"}</dd>
        <dt>{t("settings.skills")}</dt>
        <dd class="tags">
          {Object.entries(mine.skills).map(([skill, level]) => (
            <span key={skill} class="tag">
              {skillLabel(skill)} <span class="faint">{level}</span>
            </span>
          ))}
        </dd>
        <dt>{t("settings.limit")}</dt>
        <dd>{t("load.of", { held: mine.units_held, limit: mine.units_limit })}</dd>
      </dl>
    </section>
  );
}
