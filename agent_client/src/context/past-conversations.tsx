import { type Conversation, CommandError } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { shortDate } from "../i18n/times";
import { fetchPast } from "../live/commands";
import { phase } from "../live/store";
import { wordsOf } from "../desk/message-words";
import { PastDialog } from "../desk/past-dialog";
import type { About } from "./about";

type Past = { is: "loading" } | { is: "failed" } | { is: "there"; conversations: Conversation[] };

/** What was said before, to be read. */
export function PastConversations({ about }: { about: About }): JSX.Element {
  const { customer_id: customerId, conversation_id: current } = about;
  const past = useSignal<Past>({ is: "loading" });
  const shown = useSignal<Conversation | null>(null);
  const online = phase.value === "online";
  useEffect(() => {
    if (!online || past.peek().is === "there") return;
    fetchPast(customerId).then(
      (all) => (past.value = { is: "there", conversations: all.filter((one) => one.conversation_id !== current) }),
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        past.value = { is: "failed" };
      },
    );
  }, [customerId, current, online, past]);
  return (
    <>
      <PastList past={past.value} onOpen={(conversation) => (shown.value = conversation)} />
      {shown.value && <PastDialog conversation={shown.value} onClose={() => (shown.value = null)} />}
    </>
  );
}

function lastWords({ messages }: Conversation): string {
  const last = messages.findLast((message) => message.kind === "text");
  return last ? wordsOf(last) : "";
}

function PastList({ past, onOpen }: { past: Past; onOpen: (conversation: Conversation) => void }): JSX.Element {
  if (past.is === "loading") return <p class="faint small">{t("context.past_loading")}</p>;
  if (past.is === "failed") return <p class="faint small">{t("context.past_failed")}</p>;
  if (past.conversations.length === 0) return <p class="faint small">{t("context.past_none")}</p>;
  return (
    <ul class="past">
      {past.conversations.map((one) => (
        <li key={one.conversation_id}>
          <button type="button" class="past-item" onClick={() => onOpen(one)}>
            <span class="row-head">
              <strong class="grow">{shortDate(one.started_at)}</strong>
              {one.rating !== null && <span class="small">{t("context.rated", { stars: one.rating })}</span>}
            </span>
            <span class="faint small clip">{lastWords(one)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
