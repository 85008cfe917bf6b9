import type { Assignment } from "@usher/protocol";
import type { JSX } from "preact";

import { t } from "../i18n/language";
import { channelLabel, queueLabel } from "../i18n/labels";
import { toggleContext } from "../keys/actions";
import { printed } from "../keys/chord";
import { pauseItem, resumeItem } from "../live/commands";
import { settings } from "../live/settings";
import { go } from "../router";
import { openCallTransfer } from "../phone/acts";
import { callOf } from "../phone/current";
import { contextSheet, dialog, hasContextColumn, hasListColumn } from "../shell/view";
import { isOnPage } from "../state/on-page";
import { Age } from "../ui/age";
import { Avatar } from "../ui/avatar";
import { channelIcon, Icon } from "../ui/icon";
import { CallbackStrip } from "./callback-strip";
import { Composer } from "./composer";
import { dragged, takeFrom } from "./dropping";
import { ending, endWork } from "./ending";
import { MessageLog } from "./message-log";
import { useSteps } from "./use-steps";
import { WrapUpPanel } from "./wrap-up-panel";

/** One assignment's conversation: who, what was said, and what I may do. */
export function Conversation({ assignment }: { assignment: Assignment }): JSX.Element {
  useSteps(assignment.conversation.conversation_id);
  const closed = assignment.conversation.state === "closed";
  const ends = assignment.state === "wrap_up" || ending.value === assignment.work_item.work_item_id;
  return (
    <section
      class="conversation"
      aria-label={t("conversation.with", { name: nameOf(assignment) })}
      onDragOver={(event) => dragged(event, assignment.conversation)}
      onDrop={(event) => takeFrom(event, event.dataTransfer, assignment.conversation)}
    >
      <Head assignment={assignment} />
      <CallbackStrip assignment={assignment} />
      <MessageLog assignment={assignment} />
      {!ends && closed && <CustomerLeft assignment={assignment} />}
      {ends && <WrapUpPanel assignment={assignment} />}
      <Composer assignment={assignment} over={closed || ends} />
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
      <Avatar id={item.customer.customer_id} name={name} {...(isOnPage(assignment.conversation) ? { online: assignment.customer_online } : {})} />
      <div class="grow clip-box">
        <h2 class="clip">{name}</h2>
        <p class="faint small clip">
          <Whereabouts assignment={assignment} /> · {queueLabel(item.queue)} ·{" "}
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

/** Who is on our page is seen to be there; others are where their channel is, and a mail is about something. */
function Whereabouts({ assignment }: { assignment: Assignment }): JSX.Element {
  const { conversation, customer_online: online, work_item: item } = assignment;
  if (isOnPage(conversation)) return <>{t(online ? "customer.online" : "customer.offline")}</>;
  const address = conversation.address === nameOf(assignment) ? "" : (conversation.address ?? "");
  return (
    <span class="with-icon">
      <Icon name={channelIcon(conversation.channel)} size={13} />{" "}
      {conversation.channel === "email" ? item.preview : `${channelLabel(conversation.channel)} ${address}`}
    </span>
  );
}

function Doing({ assignment }: { assignment: Assignment }): JSX.Element {
  const id = assignment.work_item.work_item_id;
  const paused = assignment.state === "paused";
  const call = callOf(id);
  const voice = assignment.work_item.channel === "voice";
  const end = t(call !== null ? "call.hang_up" : voice ? "action.start_wrap_up" : "action.end");
  const word = t(paused ? "action.resume" : "action.pause");
  return (
    <>
      {!voice && (
        <button type="button" class="button" aria-label={word} onClick={() => void (paused ? resumeItem(id) : pauseItem(id))}>
          <Icon name="clock" /> <span class="wide-only">{word}</span>
        </button>
      )}
      <button
        type="button"
        class="button"
        title={printed("Alt+KeyT").join(" ")}
        aria-label={t("action.transfer")}
        onClick={() => (call === null ? (dialog.value = { kind: "transfer", work_item_id: id }) : openCallTransfer(call))}
      >
        <Icon name="transfer" /> <span class="wide-only">{t("action.transfer")}</span>
      </button>
      <button
        type="button"
        class="button ends"
        title={printed("Alt+KeyE").join(" ")}
        aria-label={end}
        onClick={() => void endWork(id)}
      >
        <Icon name={call === null ? "check" : "hang_up"} /> <span class="wide-only">{end}</span>
      </button>
    </>
  );
}

/** The customer ended the chat; the item is still mine until I wrap it up. */
function CustomerLeft({ assignment }: { assignment: Assignment }): JSX.Element {
  return (
    <div class="ended" role="status">
      <p class="grow">{t("conversation.customer_left")}</p>
      <button type="button" class="button primary" onClick={() => void endWork(assignment.work_item.work_item_id)}>
        {t("action.start_wrap_up")}
      </button>
    </div>
  );
}
