import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import type { About } from "../context/about";
import { useSendingId } from "../desk/sending-id";
import { dial } from "../live/calls";
import { Icon } from "../ui/icon";
import { CallLog } from "./call-log";
import { callOf } from "./current";
import { t } from "./words";

/** Calls with this customer, and the way to the next one. */
export function CallsWith({ about: { customer_id, assignment } }: { about: About }): JSX.Element {
  const item = assignment?.work_item.work_item_id ?? null;
  const busy = useSignal(false);
  const called = item !== null && callOf(item) !== null;
  const sending = useSendingId(called);
  const call = async (work_item_id: string): Promise<void> => {
    busy.value = true;
    if ((await dial({ work_item_id }, sending.of(work_item_id))) !== null) sending.renew();
    busy.value = false;
  };
  return (
    <>
      <CallLog customerId={customer_id} />
      {item !== null && !called && (
        <button type="button" class="button" disabled={busy.value} onClick={() => void call(item)}>
          <Icon name="voice" /> {t("call.dial_customer")}
        </button>
      )}
    </>
  );
}
