import type { JSX } from "preact";
import { useId } from "preact/hooks";

import { change, settings } from "../live/settings";
import { voice } from "../live/store";
import type { Choice } from "../phone/device";
import { OwnNumber } from "../phone/own-number";
import { phone } from "../phone/phone";
import { type Key, t } from "./words";

/** Whether this browser is a phone, and what it speaks and hears with. */
export function PhoneSettings(): JSX.Element | null {
  if (!voice.value) return null;
  const { state, trouble, microphones, speakers } = phone.value;
  return (
    <section class="panel">
      <h2>{t("phone.title")}</h2>
      <p class="small faint">{t(`phone.${state}`)}</p>
      {trouble !== null && <p class="small">{t(`phone.trouble_${trouble}`)}</p>}
      <OwnNumber agentId="" />
      <Choose of="microphone" text="phone.microphone" choices={microphones} />
      {speakers.length > 0 && <Choose of="speaker" text="phone.speaker" choices={speakers} />}
    </section>
  );
}

function Choose({ of, text, choices }: { of: "microphone" | "speaker"; text: Key; choices: readonly Choice[] }): JSX.Element {
  const id = useId();
  const chosen = settings.value[of];
  return (
    <div class="setting">
      <label for={id}>{t(text)}</label>
      <select id={id} class="field" value={chosen} onChange={(event) => change({ [of]: event.currentTarget.value })}>
        <option value="">{t("phone.system_choice")}</option>
        {choices
          .filter(({ id: one }) => one !== "default")
          .map(({ id: one, label }) => (
            <option key={one} value={one}>
              {label || one}
            </option>
          ))}
      </select>
    </div>
  );
}
