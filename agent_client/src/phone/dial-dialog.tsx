import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { dial } from "../live/calls";
import { useClose } from "../shell/view";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { openWhenMine } from "../desk/open-when-mine";
import { useSendingId } from "../desk/sending-id";
import { CallLog } from "./call-log";
import { phone } from "./phone";
import { t } from "./words";

/** Call a number, and my last calls. */
export function DialDialog(): JSX.Element {
  const number = useSignal("");
  const busy = useSignal(false);
  const sending = useSendingId();
  const close = useClose();
  const id = useId();
  const call = async (to: string): Promise<void> => {
    if (busy.peek() || to.trim() === "") return;
    busy.value = true;
    const item = await dial({ number: to.trim() }, sending.of(to.trim()));
    busy.value = false;
    if (item === null) return;
    close();
    openWhenMine(item);
  };
  return (
    <Dialog title={t("call.dial_title")} onClose={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void call(number.peek());
        }}
      >
        <p class="small faint">{t(`phone.${phone.value.state}`)}</p>
        <label for={id}>{t("call.number")}</label>
        <div class="act">
          <input
            id={id}
            class="field numeric grow"
            type="tel"
            autoFocus
            autoComplete="off"
            value={number.value}
            onInput={(event) => (number.value = event.currentTarget.value)}
          />
          <button type="submit" class="button primary" disabled={busy.value || number.value.trim() === ""}>
            <Icon name="voice" /> {t("call.dial")}
          </button>
        </div>
      </form>
      <section class="explained">
        <h3 class="list-head">{t("call_log.mine")}</h3>
        <CallLog customerId="" onCallBack={(to) => void call(to)} />
      </section>
    </Dialog>
  );
}
