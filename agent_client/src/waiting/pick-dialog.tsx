import type { WaitingItem } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { obstacleWords } from "./explained";
import { channelLabel, queueLabel } from "../i18n/labels";
import { pickItem } from "../live/commands";
import { useClose } from "../shell/view";
import { Age } from "../ui/age";
import { Dialog } from "../ui/dialog";
import { channelIcon, Icon } from "../ui/icon";
import { openWhenMine } from "../desk/open-when-mine";
import { useWaiting } from "./looked-at";
import { t } from "./words";
import "./waiting.css";

/** Who waits in my queues, the next first, and why none of it comes by itself. */
export function PickDialog(): JSX.Element {
  const items = useWaiting("");
  const busy = useSignal(false);
  const close = useClose();
  const pick = async (item: WaitingItem): Promise<void> => {
    busy.value = true;
    if (await pickItem(item.work_item_id)) {
      close();
      openWhenMine(item.work_item_id);
    }
    busy.value = false;
  };
  return (
    <Dialog title={t("pick.title")} wide onClose={close}>
      {items.value === null && <p class="faint explained">{t("line.loading")}</p>}
      {items.value?.length === 0 && <p class="empty">{t("pick.none")}</p>}
      <ol class="waiting-line">
        {items.value?.map((item) => (
          <li key={item.work_item_id} class="pick-row">
            <Icon name={channelIcon(item.channel)} />
            <span class="grow clip-box">
              <span class="row-head">
                <strong class="clip">{item.customer || t("customer.unnamed")}</strong>
                <span class="faint small clip">{queueLabel(item.queue ?? "")}</span>
                <span class="only-heard">{channelLabel(item.channel)}</span>
              </span>
              <span class="clip small">{item.preview}</span>
              <span class="small faint">
                {item.obstacle ? t("pick.kept", { what: obstacleWords(item.obstacle) }) : t("pick.comes")}
              </span>
            </span>
            {(item.priority ?? 0) !== 0 && <span class="tag">{t("pick.priority", { points: item.priority ?? 0 })}</span>}
            <span class="small">
              <Age since={item.enqueued_at} exact />
            </span>
            <button type="button" class="button small" disabled={busy.value} onClick={() => void pick(item)}>
              {t(isOver(item) ? "pick.take_over_limit" : "pick.take")}
            </button>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

/** Whether I have no room for it: taking it by hand is allowed, and shown. */
function isOver({ obstacle }: WaitingItem): boolean {
  return obstacle?.code === "units" || obstacle?.code === "maximum";
}
