import type { Conversation, LoggedCall, TimelineCall, TimelineCase, TimelineConversation, TimelineMerge } from "@usher/protocol";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { channelLabel } from "../i18n/labels";
import { duration, exactTime, timeOrDate } from "../i18n/times";
import { tell } from "../live/commands";
import { serverNow } from "../live/server-time";
import { phase } from "../live/store";
import { channelIcon, Icon, type IconName } from "../ui/icon";
import { wordsOf } from "../desk/message-words";
import { PastDialog } from "../desk/past-dialog";
import { fetchTimeline } from "./requests";
import { t } from "./words";

type Entry = TimelineConversation | TimelineCall | TimelineCase | TimelineMerge;

/** Everything there was with a customer, newest first. */
export function Timeline({ customerId }: { customerId: string }): JSX.Element {
  const entries = useSignal<readonly Entry[] | null>(null);
  const next = useSignal("");
  const read = useSignal<Conversation | null>(null);
  const online = phase.value === "online";
  const before = useSignal("");
  useEffect(() => {
    if (!online) return;
    fetchTimeline(customerId, before.value).then((page) => {
      // The same page is fetched again when the line is back.
      const fetched = new Set(page.entries.map(keyOf));
      const known = before.peek() === "" ? [] : (entries.peek() ?? []).filter((one) => !fetched.has(keyOf(one)));
      entries.value = [...known, ...page.entries];
      next.value = page.next;
    }, tell);
  }, [customerId, online, entries, next, before, before.value]);
  if (entries.value === null) return <p class="faint small">{t("line.loading")}</p>;
  if (entries.value.length === 0) return <p class="faint small">{t("customers.timeline_none")}</p>;
  return (
    <>
      <ol class="timeline">
        {entries.value.map((entry) => (
          <Line key={keyOf(entry)} entry={entry} onRead={(conversation) => (read.value = conversation)} />
        ))}
      </ol>
      {next.value !== "" && (
        <button type="button" class="button quiet" onClick={() => (before.value = next.peek())}>
          {t("customers.older")}
        </button>
      )}
      {read.value && <PastDialog conversation={read.value} onClose={() => (read.value = null)} />}
    </>
  );
}

function keyOf(entry: Entry): string {
  if (entry.type === "conversation") return entry.conversation.conversation_id;
  if (entry.type === "case") return entry.case.case_id;
  return entry.type === "call" ? entry.call.call_id : `merge ${entry.customer_id}`;
}

function Line({ entry, onRead }: { entry: Entry; onRead: (conversation: Conversation) => void }): JSX.Element {
  if (entry.type === "conversation") return <Talked at={entry.at} conversation={entry.conversation} onRead={onRead} />;
  if (entry.type === "call") return <Called at={entry.at} call={entry.call} />;
  if (entry.type === "case") {
    const { number, subject, status } = entry.case;
    return (
      <Item icon="note" at={entry.at} head={t("customers.case", { number: String(number) })}>
        <span>
          {subject} <span class="tag">{t(`customers.case.${status}`)}</span>
        </span>
      </Item>
    );
  }
  return (
    <Item icon="user" at={entry.at} head={t("customers.merge_entry")}>
      <span class="faint small">{entry.by}</span>
    </Item>
  );
}

function Talked({ at, conversation, onRead }: { at: number; conversation: Conversation; onRead: (conversation: Conversation) => void }): JSX.Element {
  const last = conversation.messages.findLast((message) => message.kind === "text");
  return (
    <Item icon={channelIcon(conversation.channel)} at={at} head={channelLabel(conversation.channel)}>
      <button type="button" class="past-item" onClick={() => onRead(conversation)}>
        <span class="clip">{last ? wordsOf(last) : ""}</span>
        <span class="faint small">
          {t("customers.messages", { count: conversation.last_n })}
          {conversation.state === "open" && ` · ${t("customers.still_open")}`}
          {conversation.rating !== null && ` · ${t("customers.rated", { stars: conversation.rating })}`}
        </span>
      </button>
    </Item>
  );
}

function Called({ at, call }: { at: number; call: LoggedCall }): JSX.Element {
  const inward = call.direction === "in";
  return (
    <Item icon={inward ? "call_in" : "call_out"} at={at} head={t(inward ? "customers.call_in" : "customers.call_out")}>
      <span class="faint small">
        {[call.number, call.agents.join(", "), call.talked_ms === null ? "" : t("customers.talked", { time: duration(call.talked_ms) })].filter(Boolean).join(" · ")}
      </span>
      {call.recordings.map((url) => (
        <audio key={url} class="call-recording" controls preload="none" src={url} aria-label={t("customers.recording")} />
      ))}
    </Item>
  );
}

function Item({ icon, at, head, children }: { icon: IconName; at: number; head: string; children: ComponentChildren }): JSX.Element {
  return (
    <li class="timeline-entry">
      <span class="timeline-icon">
        <Icon name={icon} size={14} />
      </span>
      <div class="grow clip-box">
        <span class="row-head">
          <strong class="grow">{head}</strong>
          <time class="faint small" dateTime={new Date(at).toISOString()} title={exactTime(at)}>
            {timeOrDate(at, serverNow())}
          </time>
        </span>
        {children}
      </div>
    </li>
  );
}
