import type { Delivery, Message } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { type Key, t } from "../i18n/language";
import { printed } from "../keys/chord";
import { resendMessage } from "../live/commands";
import { assignments, overseer } from "../live/store";
import { isStuck } from "../state/delivery";
import { Icon } from "../ui/icon";

const WORDS: Record<Delivery["state"], Key> = {
  waiting: "delivery.waiting",
  sending: "mark.sending",
  sent: "mark.sent",
  delivered: "mark.delivered",
  read: "mark.read",
  parked: "delivery.parked",
  failed: "delivery.failed",
};

/** How far one message is on its way through the customer's channel. */
export function DeliveryLine({ message, delivery }: { message: Message; delivery: Delivery }): JSX.Element {
  if (isStuck(delivery)) return <Stuck message={message} delivery={delivery} />;
  const words = t(WORDS[delivery.state]);
  return (
    <p class="delivery small faint" data-delivery={delivery.state}>
      {delivery.state === "waiting" && delivery.reason ? t("delivery.again", { reason: delivery.reason }) : words}
      <Ticks state={delivery.state} />
    </p>
  );
}

/** One tick: the provider has it; two: the customer's device has. They stand beside the words. */
function Ticks({ state }: { state: Delivery["state"] }): JSX.Element | null {
  if (state === "sent") return <Icon name="check" size={12} />;
  if (state !== "delivered" && state !== "read") return null;
  return <Icon name="checks" size={14} />;
}

function Stuck({ message, delivery }: { message: Message; delivery: Delivery }): JSX.Element {
  const busy = useSignal(false);
  const words = t(WORDS[delivery.state]);
  const mine = overseer.value || assignments.value.some((one) => one.conversation.conversation_id === message.conversation_id);
  const again = async (): Promise<void> => {
    busy.value = true;
    await resendMessage(message.conversation_id, message.n);
    busy.value = false;
  };
  return (
    <p class="delivery small failed" data-delivery={delivery.state}>
      <Icon name="alert" size={13} />
      <span>{delivery.reason ? t("delivery.because", { what: words, reason: delivery.reason }) : words}</span>
      {mine && (
        <button type="button" class="link" disabled={busy.value} title={printed("Alt+KeyG").join(" ")} onClick={() => void again()}>
          {t("action.send_again")}
        </button>
      )}
    </p>
  );
}
