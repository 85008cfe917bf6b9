import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { type CallTarget, consult, transferCall } from "../live/calls";
import { calls } from "../live/store";
import { useClose } from "../shell/view";
import { Dialog } from "../ui/dialog";
import { useSendingId } from "../desk/sending-id";
import { type Target, TargetList } from "../desk/target-list";
import { may, partnerName } from "./current";
import { t } from "./words";

/** Hand a call over at once, or ask the other one first while the customer hears music. */
export function CallTransferDialog({ callId }: { callId: string }): JSX.Element {
  const target = useSignal<Target | null>(null);
  const number = useSignal("");
  const note = useSignal("");
  const busy = useSignal(false);
  const ids = useId();
  const call = calls.value.get(callId) ?? null;
  const sending = useSendingId(call !== null && !may(call, "transfer"));
  const close = useClose();
  const to = number.value.trim() !== "" ? { number: number.value.trim() } : targetOf(target.value);
  const act = async (work: Promise<boolean>): Promise<void> => {
    busy.value = true;
    if (await work) close();
    busy.value = false;
  };
  if (call === null) return <Over onClose={close} />;
  return (
    <Dialog title={t("transfer.title", { name: partnerName(call) })} onClose={close}>
      <form
        class="transfer"
        onSubmit={(event) => {
          event.preventDefault();
          const words = note.peek().trim();
          if (to && may(call, "transfer")) void act(transferCall(callId, to, words, sending.of(JSON.stringify([to, words]))));
        }}
      >
        <TargetList without={call.queue} target={target} />
        <label for={`${ids}number`}>{t("call.outside_number")}</label>
        <input
          id={`${ids}number`}
          class="field numeric"
          type="tel"
          autoComplete="off"
          value={number.value}
          onInput={(event) => (number.value = event.currentTarget.value)}
        />
        <label for={`${ids}note`}>{t("transfer.note")}</label>
        <input id={`${ids}note`} class="field" maxLength={1_000} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={close}>
            {t("action.cancel")}
          </button>
          <button
            type="button"
            class="button"
            disabled={busy.value || to === null || "queue" in to || !may(call, "consult")}
            onClick={() => {
              if (to && !("queue" in to)) void act(consult(callId, to, sending.of(JSON.stringify(to))));
            }}
          >
            {t("call.ask_first")}
          </button>
          <button type="submit" class="button primary" disabled={busy.value || to === null || !may(call, "transfer")}>
            {t("call.transfer_now")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Over({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <Dialog title={t("action.transfer")} onClose={onClose}>
      <p class="empty">{t("call.over")}</p>
    </Dialog>
  );
}

function targetOf(target: Target | null): CallTarget | null {
  if (target === null) return null;
  return target.kind === "queue" ? { queue: target.name } : { agent_id: target.agent_id };
}
