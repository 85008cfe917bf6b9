import type { SwitchQueue, WaitingItem } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { queueLabel } from "../i18n/labels";
import { board } from "../live/store";
import { switchQueue } from "../live/supervision";
import { dialog } from "../shell/view";
import { Age } from "../ui/age";
import { Dialog } from "../ui/dialog";
import { channelIcon, Icon } from "../ui/icon";
import { obstacleWords, WhyItem } from "../waiting/explained";
import { useWaiting } from "../waiting/looked-at";
import { ItemActs } from "./item-acts";
import { type Key, t } from "./words";
import "./board.css";
import "./supervision.css";

/** Who waits in a queue, the next first, why, and what a supervisor may do about it. */
export function QueueDialog({ queue }: { queue: string }): JSX.Element {
  const turn = useSignal(0);
  const items = useWaiting(queue, turn.value);
  return (
    <Dialog title={queueLabel(queue)} wide onClose={() => (dialog.value = null)}>
      <Switch queue={queue} />
      {items.value === null && <p class="faint explained">{t("line.loading")}</p>}
      {items.value?.length === 0 && <p class="empty">{t("board.nobody_waits")}</p>}
      <ol class="waiting-line">
        {items.value?.map((item) => (
          <li key={item.work_item_id}>
            <Waiting item={item} queue={queue} onDone={() => (turn.value += 1)} />
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

const SWITCHES: readonly { to: SwitchQueue["to"]; text: Key }[] = [
  { to: "hours", text: "switch.hours" },
  { to: "open", text: "switch.open" },
  { to: "closed", text: "switch.closed" },
];

/** Whether the queue is open, and by whose word. */
function Switch({ queue }: { queue: string }): JSX.Element | null {
  const now = board.value?.queues.get(queue);
  if (!now) return null;
  const chosen = now.switched || "hours";
  return (
    <fieldset class="queue-switch">
      <legend class="only-heard">{t("switch.title")}</legend>
      <span class="tag" data-tone={now.open === false ? "bad" : "good"}>
        {t(now.open === false ? "switch.is_closed" : "switch.is_open")}
      </span>
      <span class="segments">
        {SWITCHES.map(({ to, text }) => (
          <label key={to} class="segment">
            <input type="radio" name="switch" checked={chosen === to} onChange={() => void switchQueue(queue, to)} />
            <span>{t(text)}</span>
          </label>
        ))}
      </span>
    </fieldset>
  );
}

function Waiting({ item, queue, onDone }: { item: WaitingItem; queue: string; onDone: () => void }): JSX.Element {
  const open = useSignal(false);
  return (
    <details onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>
        <Icon name={channelIcon(item.channel)} />
        <span class="grow clip-box">
          <strong class="clip">{item.customer || t("customer.unnamed")}</strong>
          <span class="clip small faint">{item.preview}</span>
        </span>
        {item.refusals > 0 && <span class="tag">{t("board.refusals", { count: item.refusals })}</span>}
        {item.missing?.length ? <span class="tag">{item.missing.map(obstacleWords).join(", ")}</span> : null}
        {(item.priority ?? 0) !== 0 && <span class="tag">{t("pick.priority", { points: item.priority ?? 0 })}</span>}
        <span class="faint small">
          <Age since={item.enqueued_at} exact />
        </span>
        <span class="small">{t("why.ask")}</span>
      </summary>
      {open.value && (
        <>
          <WhyItem workItemId={item.work_item_id} />
          <ItemActs workItemId={item.work_item_id} queue={queue} priority={item.priority ?? 0} onDone={onDone} />
        </>
      )}
    </details>
  );
}
