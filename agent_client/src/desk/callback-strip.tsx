import type { Assignment } from "@usher/protocol";
import type { JSX } from "preact";

import { t } from "../i18n/language";
import { dial } from "../live/calls";
import { callbackNotReached } from "../live/commands";
import { voice } from "../live/store";
import { callOf } from "../phone/current";
import { Icon } from "../ui/icon";
import { useSendingId } from "./sending-id";

/** A customer who kept the place and waits to be called: the number, and what to say when nobody answers. */
export function CallbackStrip({ assignment }: { assignment: Assignment }): JSX.Element | null {
  const { phone = "", tries = 0, work_item_id } = assignment.work_item;
  const called = callOf(work_item_id) !== null;
  const sending = useSendingId(called);
  const call = async (): Promise<void> => {
    if ((await dial({ number: phone, work_item_id }, sending.of(`${work_item_id} ${phone}`))) !== null) sending.renew();
  };
  if (!phone) return null;
  return (
    <div class="ended" role="status">
      <span class="grow">
        {t("callback.wanted")} <a href={`tel:${phone.replace(/[^+\d]/g, "")}`}>{phone}</a>
        {tries > 0 && <span class="faint small"> {t("callback.tries", { tries })}</span>}
      </span>
      {assignment.state === "assigned" && voice.value && !called && (
        <button type="button" class="button primary" onClick={() => void call()}>
          <Icon name="voice" /> {t("call.dial")}
        </button>
      )}
      {assignment.state === "assigned" && (
        <button type="button" class="button" onClick={() => void callbackNotReached(work_item_id)}>
          {t("callback.not_reached")}
        </button>
      )}
    </div>
  );
}
