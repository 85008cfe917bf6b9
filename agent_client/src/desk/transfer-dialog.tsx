import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { transferToAgent, transferToQueue } from "../live/commands";
import { assignments } from "../live/store";
import { useClose } from "../shell/view";
import { Dialog } from "../ui/dialog";
import { type Target, TargetList } from "./target-list";

/** Hand an item over: to a queue, where it keeps its age, or to one colleague, for whom it rings at once. */
export function TransferDialog({ workItemId }: { workItemId: string }): JSX.Element | null {
  const target = useSignal<Target | null>(null);
  const note = useSignal("");
  const busy = useSignal(false);
  const ids = useId();
  const item = assignments.value.find((one) => one.work_item.work_item_id === workItemId)?.work_item;
  const close = useClose();
  const hand = async (): Promise<void> => {
    const to = target.peek();
    if (to === null || busy.peek()) return;
    busy.value = true;
    const done = await (to.kind === "queue"
      ? transferToQueue(workItemId, to.name, note.peek().trim())
      : transferToAgent(workItemId, to.agent_id, note.peek().trim()));
    busy.value = false;
    if (done) close();
  };
  return (
    <Dialog title={t("transfer.title", { name: item?.customer.name || t("customer.unnamed") })} onClose={close}>
      <form
        class="transfer"
        onSubmit={(event) => {
          event.preventDefault();
          void hand();
        }}
      >
        <TargetList without={item?.queue ?? ""} target={target} />
        <label for={`${ids}note`}>{t("transfer.note")}</label>
        <textarea
          id={`${ids}note`}
          class="field"
          rows={2}
          maxLength={1_000}
          value={note.value}
          onInput={(event) => (note.value = event.currentTarget.value)}
        />
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={close}>
            {t("action.cancel")}
          </button>
          <button type="submit" class="button primary" disabled={target.value === null || busy.value}>
            {t("action.transfer")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
