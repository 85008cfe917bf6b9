import type { JSX } from "preact";
import type { Signal } from "@preact/signals";

import { FaultLine } from "./fault-line";
import type { Fault } from "./fault";
import { t } from "./words";

/** For whom it is: everybody, or the teams that are ticked. */
export function TeamsField({ all, chosen, fault }: { all: readonly string[]; chosen: Signal<readonly string[]>; fault: Fault | null }): JSX.Element | null {
  const known = [...new Set([...all, ...chosen.value])].sort();
  if (known.length === 0) return null;
  const toggle = (team: string, on: boolean): void => {
    chosen.value = on ? [...chosen.peek(), team] : chosen.peek().filter((one) => one !== team);
  };
  return (
    <fieldset class="teams">
      <legend>{t("macros.teams")}</legend>
      {known.map((team) => (
        <label key={team} class="with-icon">
          <input type="checkbox" checked={chosen.value.includes(team)} onChange={({ currentTarget }) => toggle(team, currentTarget.checked)} /> {team}
        </label>
      ))}
      <p class="small faint">{t(chosen.value.length === 0 ? "macros.for_everybody" : "macros.for_teams")}</p>
      <FaultLine fault={fault} field="teams" />
    </fieldset>
  );
}
