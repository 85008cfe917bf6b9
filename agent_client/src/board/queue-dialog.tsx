import { CommandError, type WaitingItem } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { queueLabel } from "../i18n/labels";
import { fetchWaiting, tell } from "../live/commands";
import { dialog } from "../shell/view";
import { Age } from "../ui/age";
import { Dialog } from "../ui/dialog";
import { channelIcon, Icon } from "../ui/icon";
import { WhyItem } from "./explained";

/** Who waits in a queue, the next first, and why. */
export function QueueDialog({ queue }: { queue: string }): JSX.Element {
  const items = useSignal<readonly WaitingItem[] | null>(null);
  useEffect(() => {
    fetchWaiting(queue).then(
      (answer) => (items.value = answer),
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        tell(error);
      },
    );
  }, [queue, items]);
  return (
    <Dialog title={queueLabel(queue)} wide onClose={() => (dialog.value = null)}>
      {items.value === null && <p class="faint">{t("line.loading")}</p>}
      {items.value?.length === 0 && <p class="empty">{t("board.nobody_waits")}</p>}
      <ol class="waiting-line">
        {items.value?.map((item) => (
          <li key={item.work_item_id}>
            <Waiting item={item} />
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

function Waiting({ item }: { item: WaitingItem }): JSX.Element {
  const open = useSignal(false);
  return (
    <details onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>
        <Icon name={channelIcon(item.channel)} />
        <span class="grow">{item.customer || t("customer.unnamed")}</span>
        {item.refusals > 0 && <span class="tag">{t("board.refusals", { count: item.refusals })}</span>}
        <span class="faint small">
          <Age since={item.enqueued_at} exact />
        </span>
        <span class="small">{t("why.ask")}</span>
      </summary>
      {open.value && <WhyItem workItemId={item.work_item_id} />}
    </details>
  );
}
