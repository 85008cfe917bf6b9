import type { Conversation } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";

import { changeDraft, draftOf } from "../live/drafts";
import { answering } from "../state/mail";
import "./mail.css";
import { t } from "./words";

/** Whom the next mail goes to: as the customer's last one asks, until somebody writes otherwise. */
export function Addressees({ conversation }: { conversation: Conversation }): JSX.Element {
  const id = conversation.conversation_id;
  const { to, cc } = draftOf(id).mail ?? answering(conversation);
  const toId = useId();
  const ccId = useId();
  return (
    <div class="addressees small">
      <label for={toId}>{t("mail.field_to")}</label>
      <input
        id={toId}
        type="email"
        required
        value={to}
        onInput={(event) => changeDraft(id, { mail: { to: event.currentTarget.value, cc } })}
      />
      <label for={ccId}>{t("mail.field_cc")}</label>
      <input
        id={ccId}
        type="email"
        multiple
        value={cc}
        placeholder={t("mail.cc_hint")}
        onInput={(event) => changeDraft(id, { mail: { to, cc: event.currentTarget.value } })}
      />
    </div>
  );
}
