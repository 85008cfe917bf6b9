import type { Message } from "@usher/protocol";
import type { JSX } from "preact";

import { type Key, t } from "../i18n/language";
import { systemLine } from "../i18n/labels";
import { clockTime, dayName, exactTime } from "../i18n/times";
import { serverNow } from "../live/server-time";
import { me } from "../live/store";
import type { Group, Row } from "../state/groups";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { MessageContent } from "./message-content";

/** How far my words have come. */
export type Mark = "sending" | "sent" | "delivered" | "read" | "failed";

const MARK_TEXT: Record<Mark, Key> = {
  sending: "mark.sending",
  sent: "mark.sent",
  delivered: "mark.delivered",
  read: "mark.read",
  failed: "mark.failed",
};

export function MarkSign({ mark }: { mark: Mark }): JSX.Element {
  return (
    <span class="mark" data-mark={mark}>
      {t(MARK_TEXT[mark])}
    </span>
  );
}

/** One row of a conversation. mark: shown under the group's last message when it is mine. */
export function MessageRow({ row, mark }: { row: Row; mark: Mark | null }): JSX.Element {
  switch (row.kind) {
    case "day":
      return <p class="day">{dayName(row.at, serverNow())}</p>;
    case "new":
      return (
        <p class="new-mark">
          <span>{t("message.new")}</span>
        </p>
      );
    case "group":
      return <MessageGroup group={row} mark={mark} />;
    default:
      return row satisfies never;
  }
}

function MessageGroup({ group, mark }: { group: Group; mark: Mark | null }): JSX.Element | null {
  const first = group.messages[0];
  const last = group.messages.at(-1);
  if (!first || !last) return null;
  if (first.kind === "system") return <SystemLine message={first} />;
  const note = first.kind === "note";
  const theirs = first.author === "customer";
  const name = authorName(first);
  const mine = first.author_id === me.value?.agent_id;
  return (
    <div class="group" data-side={theirs ? "theirs" : "ours"} data-kind={first.kind}>
      {theirs && <Avatar id={first.author_id} name={name} />}
      <div class="bubbles">
        <p class="only-heard">{name}:</p>
        {note && (
          <p class="note-head small">
            <Icon name="note" size={12} /> {mine ? t("message.note_mine") : t("message.note_by", { name })}
          </p>
        )}
        {group.messages.map((message) => (
          <MessageContent key={message.n} message={message} />
        ))}
        <p class="group-foot small faint">
          {!theirs && !note && !mine && <span>{name}</span>}
          <time dateTime={new Date(last.at).toISOString()} title={exactTime(last.at)}>
            {clockTime(last.at)}
          </time>
          {mark !== null && <MarkSign mark={mark} />}
        </p>
      </div>
    </div>
  );
}

function SystemLine({ message }: { message: Message }): JSX.Element {
  return (
    <p class="system-line small faint">
      {systemLine(message.text, message.author_name)} · <time title={exactTime(message.at)}>{clockTime(message.at)}</time>
    </p>
  );
}

export function authorName(message: Message): string {
  if (message.author === "bot") return t("message.bot");
  if (message.author === "agent" && message.author_id === me.value?.agent_id) return t("message.you");
  return message.author_name || t(message.author === "customer" ? "customer.unnamed" : "message.agent");
}
