import type { Assignment } from "@usher/protocol";
import type { JSX } from "preact";

import { t } from "../i18n/language";
import { queueLabel } from "../i18n/labels";
import { toggleContext } from "../keys/actions";
import { printed } from "../keys/chord";
import { pauseItem, resumeItem, wrapUp } from "../live/commands";
import { settings } from "../live/settings";
import { go } from "../router";
import { contextSheet, dialog, hasContextColumn, hasListColumn } from "../shell/view";
import { Age } from "../ui/age";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { Composer } from "./composer";
import { MessageLog } from "./message-log";
import { WrapUpPanel } from "./wrap-up-panel";

/** One assignment's conversation: who, what was said, and what I may do. */
export function Conversation({ assignment }: { assignment: Assignment }): JSX.Element {
  const closed = assignment.conversation.state === "closed";
  return (
    <section class="conversation" aria-label={t("conversation.with", { name: nameOf(assignment) })}>
      <Head assignment={assignment} />
      <MessageLog assignment={assignment} />
      {assignment.state !== "wrap_up" && closed && <CustomerLeft assignment={assignment} />}
      {assignment.state === "wrap_up" && <WrapUpPanel assignment={assignment} />}
      <Composer assignment={assignment} noteOnly={closed || assignment.state === "wrap_up"} />
    </section>
  );
}

function nameOf(assignment: Assignment): string {
  return assignment.work_item.customer.name || t("customer.unnamed");
}

function Head({ assignment }: { assignment: Assignment }): JSX.Element {
  const item = assignment.work_item;
  const name = nameOf(assignment);
  const contextShown = hasContextColumn.value ? settings.value.context_open : contextSheet.value;
  return (
    <header class="conversation-head">
      {!hasListColumn.value && (
        <button
          type="button"
          class="button quiet square"
          aria-label={t("action.back")}
          onClick={() => go({ page: "work", conversation_id: null })}
        >
          <Icon name="back" size={20} />
        </button>
      )}
      <Avatar id={item.customer.customer_id} name={name} online={assignment.customer_online} />
      <div class="grow clip-box">
        <h2 class="clip">{name}</h2>
        <p class="faint small clip">
          {t(assignment.customer_online ? "customer.online" : "customer.offline")} · {queueLabel(item.queue)} ·{" "}
          <Age since={assignment.accepted_at} />
        </p>
      </div>
      {assignment.state !== "wrap_up" && <Doing assignment={assignment} />}
      <button
        type="button"
        class="button quiet square"
        aria-pressed={contextShown}
        aria-label={t("action.toggle_context")}
        title={`${t("action.toggle_context")} (${printed("Alt+KeyC").join(" ")})`}
        onClick={toggleContext}
      >
        <Icon name="side" size={18} />
      </button>
    </header>
  );
}

function Doing({ assignment }: { assignment: Assignment }): JSX.Element {
  const id = assignment.work_item.work_item_id;
  const paused = assignment.state === "paused";
  const word = t(paused ? "action.resume" : "action.pause");
  return (
    <>
      <button type="button" class="button" aria-label={word} onClick={() => void (paused ? resumeItem(id) : pauseItem(id))}>
        <Icon name="clock" /> <span class="wide-only">{word}</span>
      </button>
      <button
        type="button"
        class="button"
        title={printed("Alt+KeyT").join(" ")}
        aria-label={t("action.transfer")}
        onClick={() => (dialog.value = { kind: "transfer", work_item_id: id })}
      >
        <Icon name="transfer" /> <span class="wide-only">{t("action.transfer")}</span>
      </button>
      <button
        type="button"
        class="button"
        title={printed("Alt+KeyE").join(" ")}
        aria-label={t("action.end")}
        onClick={() => void wrapUp(id)}
      >
        <Icon name="check" /> <span class="wide-only">{t("action.end")}</span>
      </button>
    </>
  );
}

/** The customer ended the chat; the item is still mine until I wrap it up. */
function CustomerLeft({ assignment }: { assignment: Assignment }): JSX.Element {
  return (
    <div class="ended" role="status">
      <p class="grow">{t("conversation.customer_left")}</p>
      <button type="button" class="button primary" onClick={() => void wrapUp(assignment.work_item.work_item_id)}>
        {t("action.start_wrap_up")}
      </button>
    </div>
  );
}
