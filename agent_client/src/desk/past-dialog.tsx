import { CommandError, type Conversation } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { dayOf, exactTime } from "../i18n/times";
import { fetchBefore, tell } from "../live/commands";
import { rowsOf } from "../state/groups";
import { Dialog } from "../ui/dialog";
import { MessageRow } from "./message-row";

/** An earlier conversation, to read. */
export function PastDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }): JSX.Element {
  const shown = useSignal({ messages: conversation.messages, more: conversation.more });
  const older = async (): Promise<void> => {
    const { messages } = shown.peek();
    try {
      const page = await fetchBefore(conversation.conversation_id, messages[0]?.n ?? conversation.last_n + 1);
      shown.value = { messages: [...page.messages, ...messages], more: page.more };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      tell(error);
    }
  };
  return (
    <Dialog title={exactTime(conversation.started_at)} wide onClose={onClose}>
      <div class="log past-log" tabIndex={0}>
        {shown.value.more && (
          <button type="button" class="button quiet older" onClick={() => void older()}>
            {t("message.older")}
          </button>
        )}
        {rowsOf(shown.value.messages, null, dayOf).map((row) => (
          <MessageRow key={`${row.kind}${row.key}`} row={row} mark={null} />
        ))}
      </div>
    </Dialog>
  );
}
