import type { BoardAgent } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { skillLabel } from "../i18n/labels";
import { queues, skills } from "../live/store";
import { type Abilities as Able, changeAgent } from "../live/supervision";
import { t } from "./words";

type Membership = "no" | "yes" | "backup";

/** What an agent can do and where they belong; changed at once for the next match. */
export function Abilities({ agent }: { agent: BoardAgent }): JSX.Element {
  const levels = useSignal<Readonly<Record<string, number>>>(agent.skills);
  const places = useSignal<ReadonlyMap<string, Membership>>(placesOf(agent));
  const busy = useSignal(false);
  const wish: Able = {
    skills: { ...levels.value },
    queues: named(places.value, "yes"),
    backup: named(places.value, "backup"),
  };
  const save = async (): Promise<void> => {
    busy.value = true;
    await changeAgent(agent.agent_id, wish);
    busy.value = false;
  };
  const all = [...new Set([...skills.value, ...Object.keys(agent.skills)])];
  return (
    <details class="abilities">
      <summary class="list-head">{t("abilities.title")}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <fieldset>
          <legend class="small faint">{t("abilities.skills")}</legend>
          <div class="ability-grid">
            {all.map((skill) => (
              <label key={skill} class="ability">
                <span class="grow clip">{skillLabel(skill)}</span>
                <input
                  class="field numeric"
                  type="number"
                  min={0}
                  max={10}
                  value={levels.value[skill] ?? 0}
                  onInput={(event) => (levels.value = withLevel(levels.peek(), skill, event.currentTarget.valueAsNumber))}
                />
              </label>
            ))}
          </div>
        </fieldset>
        <fieldset>
          <legend class="small faint">{t("abilities.queues")}</legend>
          <div class="ability-grid">
            {queues.value.map(({ name, label }) => (
              <label key={name} class="ability">
                <span class="grow clip">{label}</span>
                <select
                  class="field"
                  value={places.value.get(name) ?? "no"}
                  onChange={(event) =>
                    (places.value = new Map(places.peek()).set(name, event.currentTarget.value as Membership))
                  }
                >
                  <option value="no">{t("abilities.no")}</option>
                  <option value="yes">{t("abilities.member")}</option>
                  <option value="backup">{t("abilities.backup")}</option>
                </select>
              </label>
            ))}
          </div>
        </fieldset>
        <footer class="act">
          <span class="grow faint small">{t("abilities.help")}</span>
          <button type="submit" class="button primary" disabled={busy.value || same(agent, wish)}>
            {t("action.change")}
          </button>
        </footer>
      </form>
    </details>
  );
}

function placesOf(agent: BoardAgent): ReadonlyMap<string, Membership> {
  const places = new Map<string, Membership>();
  for (const name of agent.backup ?? []) places.set(name, "backup");
  for (const name of agent.queues ?? []) places.set(name, "yes");
  return places;
}

function named(places: ReadonlyMap<string, Membership>, as: Membership): string[] {
  return [...places].flatMap(([name, place]) => (place === as ? [name] : [])).sort();
}

/** Level 0, or none, is not to have the skill. */
function withLevel(levels: Readonly<Record<string, number>>, skill: string, level: number): Record<string, number> {
  const others = Object.entries(levels).filter(([name]) => name !== skill);
  const kept = Math.min(10, Math.max(0, Math.round(level || 0)));
  return Object.fromEntries(kept > 0 ? [...others, [skill, kept]] : others);
}

function same(agent: BoardAgent, wish: Able): boolean {
  const sorted = (levels: Readonly<Record<string, number>>): string =>
    JSON.stringify(Object.entries(levels).sort(([one], [other]) => (one < other ? -1 : 1)));
  return (
    sorted(agent.skills) === sorted(wish.skills) &&
    String([...(agent.queues ?? [])].sort()) === String(wish.queues) &&
    String([...(agent.backup ?? [])].sort()) === String(wish.backup)
  );
}
