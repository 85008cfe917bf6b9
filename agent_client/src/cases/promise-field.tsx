import type { Case } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { exactTime } from "../i18n/times";
import { serverNow } from "../live/server-time";
import { Icon } from "../ui/icon";
import { changeCase } from "./commands";
import { localTime, timeOf } from "./local-time";
import { t } from "./words";

/** Until when the customer is to expect a solution. They are told each time it is set, so it is not saved by the way. */
export function PromiseField({ of: one, id }: { of: Case; id: string }): JSX.Element {
  const wish = useSignal<string | null>(null);
  const kept = one.promised_at === null ? "" : localTime(one.promised_at);
  const at = timeOf(wish.value ?? "");
  const changed = wish.value !== null && wish.value !== kept;
  const save = async (promised_at: number): Promise<void> => {
    if ((await changeCase(one, { promised_at })) !== null) wish.value = null;
  };
  return (
    <form
      class="promise"
      data-set={kept !== "" || changed}
      onSubmit={(event) => {
        event.preventDefault();
        if (at !== null) void save(at);
      }}
    >
      <input
        id={id}
        class="field"
        type="datetime-local"
        min={localTime(serverNow())}
        title={one.promised_at === null ? undefined : exactTime(one.promised_at)}
        value={wish.value ?? kept}
        onInput={({ currentTarget }) => (wish.value = currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") wish.value = null;
        }}
      />
      {one.promised_at !== null && !changed && (
        <button type="button" class="button quiet square small" aria-label={t("cases.promise_remove")} title={t("cases.promise_remove")} onClick={() => void save(0)}>
          <Icon name="close" size={13} />
        </button>
      )}
      {changed && (
        <button type="submit" class="button small" disabled={at === null}>
          <Icon name="send" size={13} /> {t("cases.promise_save")}
        </button>
      )}
    </form>
  );
}
