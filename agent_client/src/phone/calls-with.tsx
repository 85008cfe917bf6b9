import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import type { About } from "../context/about";
import { dial } from "../live/calls";
import { Icon } from "../ui/icon";
import { CallLog } from "./call-log";
import { callOf } from "./current";
import { t } from "./words";

/** Calls with this customer, and the way to the next one. */
export function CallsWith({ about: { customer_id, assignment } }: { about: About }): JSX.Element {
  const item = assignment?.work_item.work_item_id ?? null;
  const busy = useSignal(false);
  const call = async (work_item_id: string): Promise<void> => {
    busy.value = true;
    await dial({ work_item_id });
    busy.value = false;
  };
  return (
    <>
      <CallLog customerId={customer_id} />
      {item !== null && callOf(item) === null && (
        <button type="button" class="button" disabled={busy.value} onClick={() => void call(item)}>
          <Icon name="voice" /> {t("call.dial_customer")}
        </button>
      )}
    </>
  );
}
