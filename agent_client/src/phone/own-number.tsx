import type { JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import { type Signal, useSignal } from "@preact/signals";

import { phoneOf, setPhone } from "../live/calls";
import { t } from "./words";

/** Where somebody answers calls: by a telephone of their own, or in the browser. agentId: "": I. */
export function OwnNumber({ agentId }: { agentId: string }): JSX.Element | null {
  const known = useSignal<string | null>(null);
  const wish = useSignal("");
  const busy = useSignal(false);
  const id = useId();
  useEffect(() => void phoneOf(agentId).then((number) => take(number, known, wish)), [agentId, known, wish]);
  if (known.value === null) return null;
  const save = async (): Promise<void> => {
    busy.value = true;
    take(await setPhone(agentId, wish.peek().trim()), known, wish);
    busy.value = false;
  };
  return (
    <form
      class="setting"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label for={id}>
        {t("phone.number")}
        <span class="faint small" id={`${id}help`}>
          {t("phone.number_help")}
        </span>
      </label>
      <span class="act">
        <input
          id={id}
          class="field numeric"
          type="tel"
          autoComplete="off"
          aria-describedby={`${id}help`}
          value={wish.value}
          onInput={(event) => (wish.value = event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={busy.value || wish.value.trim() === known.value}>
          {t("action.change")}
        </button>
      </span>
    </form>
  );
}

function take(number: string | null, known: Signal<string | null>, wish: Signal<string>): void {
  if (number === null) return;
  known.value = number;
  wish.value = number;
}
