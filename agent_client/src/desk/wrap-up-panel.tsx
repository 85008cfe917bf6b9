import type { Assignment } from "@usher/protocol";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { dispositionLabel } from "../i18n/labels";
import { complete } from "../live/commands";
import { state } from "../live/store";
import { Until } from "../ui/age";
import { Keys } from "../ui/keys";

/** After the talking: choose how it ended, by press or by number, and be done. */
export function WrapUpPanel({ assignment }: { assignment: Assignment }): JSX.Element {
  const chosen = useSignal<string | null>(null);
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const dispositions = state.value.dispositions;
  const id = assignment.work_item.work_item_id;

  // Before the next key can come: the person was typing an answer a moment ago, or pressed "end".
  useLayoutEffect(() => form.current?.focus(), []);

  const finish = async (disposition: string | null): Promise<void> => {
    if (disposition === null || busy.peek()) return;
    busy.value = true;
    await complete(id, disposition);
    busy.value = false;
  };
  return (
    <form
      ref={form}
      class="wrap-up"
      tabIndex={-1}
      aria-label={t("wrap_up.title")}
      onSubmit={(event) => {
        event.preventDefault();
        void finish(chosen.peek());
      }}
      onKeyDown={(event) => {
        const disposition = event.altKey || event.ctrlKey || event.metaKey ? undefined : dispositions[Number(event.key) - 1];
        if (disposition) chosen.value = disposition.name;
        else if (event.key === "Enter" && event.target === form.current) void finish(chosen.peek());
        else return;
        event.preventDefault();
      }}
    >
      <header>
        <h3 class="grow">{t("wrap_up.title")}</h3>
        {assignment.wrap_up_until !== null && (
          <span class="small faint">
            {t("wrap_up.left")} <Until at={assignment.wrap_up_until} />
          </span>
        )}
      </header>
      <div class="dispositions" role="radiogroup" aria-label={t("wrap_up.how")}>
        {dispositions.map(({ name, label }, index) => (
          <label key={name} class="disposition">
            <input
              type="radio"
              name={`disposition ${id}`}
              checked={chosen.value === name}
              onChange={() => (chosen.value = name)}
            />
            <span>
              {dispositionLabel(name, label)} {index < 9 && <Keys keys={[String(index + 1)]} />}
            </span>
          </label>
        ))}
      </div>
      <footer>
        <span class="faint small grow">{t("wrap_up.help")}</span>
        <button type="submit" class="button primary" disabled={chosen.value === null || busy.value}>
          {t("action.complete")} <Keys keys={["↵"]} />
        </button>
      </footer>
    </form>
  );
}
