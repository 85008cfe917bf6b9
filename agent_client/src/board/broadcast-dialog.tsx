import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { notify } from "../live/notices";
import { board, queues } from "../live/store";
import { broadcast } from "../live/supervision";
import { useClose } from "../shell/view";
import { Dialog } from "../ui/dialog";
import { t } from "./words";
import "./board.css";
import "./supervision.css";

const TEXT_LIMIT = 1_000;

/** Say something to everybody who is signed in, or to one queue or team. */
export function BroadcastDialog(): JSX.Element {
  const text = useSignal("");
  const to = useSignal("");
  const busy = useSignal(false);
  const ids = useId();
  const close = useClose();
  const say = async (): Promise<void> => {
    const [kind, name] = to.peek().split(/:(.*)/s);
    busy.value = true;
    const count = await broadcast(text.peek(), kind ? { [kind]: name } : {});
    busy.value = false;
    if (count === null) return;
    notify("info", "broadcast.sent", { count });
    close();
  };
  const teams = [...new Set([...(board.value?.agents.values() ?? [])].map((one) => one.team))].filter(Boolean).sort();
  return (
    <Dialog title={t("broadcast.title")} onClose={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void say();
        }}
      >
        <label for={`${ids}to`}>{t("broadcast.to")}</label>
        <select id={`${ids}to`} class="field" value={to.value} onChange={(event) => (to.value = event.currentTarget.value)}>
          <option value="">{t("broadcast.everybody")}</option>
          <optgroup label={t("board.queues")}>
            {queues.value.map(({ name, label }) => (
              <option key={name} value={`queue:${name}`}>
                {label}
              </option>
            ))}
          </optgroup>
          {teams.length > 0 && (
            <optgroup label={t("settings.team")}>
              {teams.map((team) => (
                <option key={team} value={`team:${team}`}>
                  {team}
                </option>
              ))}
            </optgroup>
          )}
        </select>
        <label for={`${ids}text`}>{t("broadcast.text")}</label>
        <textarea
          id={`${ids}text`}
          class="field"
          rows={3}
          maxLength={TEXT_LIMIT}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={close}>
            {t("action.cancel")}
          </button>
          <button type="submit" class="button primary" disabled={busy.value || text.value.trim() === ""}>
            {t("action.send")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
