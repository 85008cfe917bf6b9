import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { dayOf } from "../i18n/times";
import { listen, me, monitored } from "../live/store";
import { assignItem, monitorItem, speak, stopMonitoring } from "../live/supervision";
import { dialog, useClose } from "../shell/view";
import { rowsOf } from "../state/groups";
import type { Monitored } from "../state/state";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { MessageRow } from "../desk/message-row";
import { openWhenMine } from "../desk/open-when-mine";
import { useSendingId } from "../desk/sending-id";
import { TypingLine } from "../desk/typing-line";
import { t } from "./words";
import "./board.css";
import "./supervision.css";

/** Somebody else's conversation as it is held: read along, whisper to its agent, speak to the customer, take it over. */
export function MonitorDialog({ workItemId }: { workItemId: string }): JSX.Element {
  useReadingAlong(workItemId);
  const now = monitored.value;
  const known = now?.work_item_id === workItemId ? now : null;
  const name = known?.customer.name || t("customer.unnamed");
  return (
    <Dialog title={t("monitor.title", { name })} wide onClose={() => (dialog.value = null)}>
      {known === null ? (
        <p class="faint explained">{t("line.loading")}</p>
      ) : (
        <>
          <Log monitored={known} />
          {known.conversation.state === "closed" ? (
            <p class="empty small">{t("monitor.over")}</p>
          ) : (
            <Speaking monitored={known} workItemId={workItemId} />
          )}
        </>
      )}
    </Dialog>
  );
}

/** A fresh session reads along nowhere: ask again after each snapshot. */
function useReadingAlong(workItemId: string): void {
  const close = useClose();
  useEffect(() => {
    const ask = async (): Promise<void> => {
      if (!(await monitorItem(workItemId)) && monitored.peek() === null) close();
    };
    void ask();
    const stop = listen((_before, event) => {
      if (event.type === "snapshot") void ask();
    });
    return () => {
      stop();
      stopMonitoring();
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- closing is the same whenever it is drawn
  }, [workItemId]);
}

function Log({ monitored: { conversation } }: { monitored: Monitored }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const count = conversation.messages.length;
  useLayoutEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [count]);
  return (
    <div ref={box} class="log past-log" role="log" aria-label={t("conversation.log")} tabIndex={0}>
      {rowsOf(conversation.messages, null, dayOf).map((row) => (
        <MessageRow key={`${row.kind}${row.key}`} row={row} mark={null} />
      ))}
      <TypingLine conversationId={conversation.conversation_id} />
    </div>
  );
}

function Speaking({ monitored: { conversation }, workItemId }: { monitored: Monitored; workItemId: string }): JSX.Element {
  const text = useSignal("");
  const busy = useSignal(false);
  const sending = useSendingId();
  const close = useClose();
  const act = async (work: Promise<boolean>): Promise<boolean> => {
    busy.value = true;
    const done = await work;
    busy.value = false;
    return done;
  };
  const say = async (to: "agent" | "customer"): Promise<void> => {
    const words = text.peek();
    if (words.trim() === "" || busy.peek()) return;
    if (!(await act(speak(conversation.conversation_id, words, to, sending.of(`${to} ${words}`))))) return;
    sending.renew();
    if (text.peek() === words) text.value = ""; // else they have gone on writing
  };
  const takeOver = async (): Promise<void> => {
    if (!(await act(assignItem(workItemId, me.peek()?.agent_id ?? "")))) return;
    close();
    openWhenMine(workItemId);
  };
  const silent = busy.value || text.value.trim() === "";
  return (
    <form
      class="form monitor-form"
      onSubmit={(event) => {
        event.preventDefault();
        void say("agent");
      }}
    >
      <textarea
        class="field"
        rows={2}
        aria-label={t("monitor.words")}
        placeholder={t("monitor.words")}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          void say("agent");
        }}
      />
      <footer class="act">
        <button type="button" class="button" disabled={busy.value} onClick={() => void takeOver()}>
          <Icon name="hand" /> {t("monitor.take_over")}
        </button>
        <span class="grow" />
        <button type="button" class="button" disabled={silent} title={t("monitor.barge_help")} onClick={() => void say("customer")}>
          {t("monitor.barge")}
        </button>
        <button type="submit" class="button primary" disabled={silent} title={t("monitor.whisper_help")}>
          <Icon name="note" /> {t("monitor.whisper")}
        </button>
      </footer>
    </form>
  );
}
