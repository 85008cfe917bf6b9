import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";

import { t } from "../i18n/language";
import { errorKey } from "../live/commands";
import { discard, retry } from "../live/sending";
import { outbox } from "../live/store";
import type { Outgoing } from "../state/outbox";
import { Icon } from "../ui/icon";
import { Files } from "./files";
import { Linked } from "./linked";
import { MarkSign } from "./message-row";

/** My words that are not in the conversation yet, in the order I wrote them. */
export function Outgoings({ conversationId, onGrow }: { conversationId: string; onGrow: () => void }): JSX.Element {
  const mine = outbox.value.filter((one) => one.conversation_id === conversationId);
  const newest = mine.at(-1)?.client_id;
  // Whoever writes wants to see what they wrote.
  useLayoutEffect(() => {
    if (newest !== undefined) onGrow();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only a new entry scrolls, not a new callback
  }, [newest]);
  return (
    <>
      {mine.map((entry) => (
        <OutgoingBubble key={entry.client_id} entry={entry} />
      ))}
    </>
  );
}

function OutgoingBubble({ entry }: { entry: Outgoing }): JSX.Element {
  return (
    <div class="group" data-side="ours" data-kind={entry.kind} data-outgoing={entry.state}>
      <div class="bubbles">
        {entry.text !== "" && (
          <div class="bubble">
            <Linked text={entry.text} />
          </div>
        )}
        {entry.also && entry.also.files.length > 0 && <Files files={entry.also.files} />}
        {entry.state === "failed" ? (
          <p class="group-foot small failed" role="alert">
            <Icon name="alert" size={13} />
            <span>{t(errorKey(entry.code))}</span>
            <button type="button" class="link" onClick={() => retry(entry)}>
              {t("action.try_again")}
            </button>
            <button type="button" class="link" onClick={() => discard(entry)}>
              {t("action.discard")}
            </button>
          </p>
        ) : (
          <p class="group-foot small faint">
            <MarkSign mark={entry.state} />
          </p>
        )}
      </div>
    </div>
  );
}
