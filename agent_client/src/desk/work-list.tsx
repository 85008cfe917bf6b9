import type { Assignment } from "@usher/protocol";
import type { JSX } from "preact";

import { type Key, t } from "../i18n/language";
import { queueLabel, statusTone, systemLine } from "../i18n/labels";
import { casesOf } from "../live/cases";
import { draftOf } from "../live/drafts";
import { tick } from "../live/server-time";
import { assignments, me, offers } from "../live/store";
import { go, openConversation, pathOf } from "../router";
import { dueOf } from "../state/milestones";
import { isOnPage } from "../state/on-page";
import { unansweredSince, unreadCount } from "../state/unread";
import { Age, Until } from "../ui/age";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { wordsOf } from "./message-words";
import { NextClock } from "./milestone-clock";
import { OfferCards } from "./offer-card";

/** What rings, what I work on, what I am finishing. Each part keeps its order: the oldest acceptance first. */
export function WorkList(): JSX.Element {
  const mine = assignments.value;
  const active = mine.filter((one) => one.state === "assigned");
  const paused = mine.filter((one) => one.state === "paused");
  const ending = mine.filter((one) => one.state === "wrap_up");
  return (
    <section class="work-list" aria-label={t("work.list")}>
      <OfferCards />
      <Part title="work.active" work={active} />
      <Part title="work.wrap_up" work={ending} />
      <Part title="work.paused" work={paused} />
      {mine.length === 0 && offers.value.length === 0 && <NoWork />}
    </section>
  );
}

function Part({ title, work }: { title: Key; work: readonly Assignment[] }): JSX.Element | null {
  if (work.length === 0) return null;
  return (
    <>
      <h2 class="list-head">
        {t(title)} <span class="faint">{work.length}</span>
      </h2>
      <ul class="rows">
        {work.map((one) => (
          <WorkRow key={one.work_item.work_item_id} assignment={one} />
        ))}
      </ul>
    </>
  );
}

function WorkRow({ assignment }: { assignment: Assignment }): JSX.Element {
  const { work_item: item, conversation } = assignment;
  const unread = unreadCount(conversation);
  const name = item.customer.name || t("customer.unnamed");
  const route = { page: "work", conversation_id: conversation.conversation_id } as const;
  const onPage = isOnPage(conversation);
  return (
    <li>
      <a
        class="row"
        href={pathOf(route)}
        aria-current={openConversation.value === conversation.conversation_id ? "true" : undefined}
        data-unread={unread > 0}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          go(route);
        }}
      >
        <Avatar id={item.customer.customer_id} name={name} {...(onPage ? { online: assignment.customer_online } : {})} />
        <span class="row-text">
          <span class="row-head">
            <strong class="clip grow">{name}</strong>
            {onPage && <span class="only-heard">{t(assignment.customer_online ? "customer.online" : "customer.offline")}</span>}
            <RowTime assignment={assignment} />
          </span>
          <span class="row-line">
            <LastWords assignment={assignment} />
            {unread > 0 && (
              <span class="badge">
                {unread}
                <span class="only-heard"> {t("work.unread", { count: unread })}</span>
              </span>
            )}
          </span>
          <span class="row-line faint small">
            <span class="clip grow">{queueLabel(item.queue)}</span>
            <CaseClock conversationId={conversation.conversation_id} />
            {isInterrupted(assignment) && (
              <span class="tag" title={t("work.interrupted_help")}>
                {t("work.interrupted")}
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
}

/** What is due next of the case this belongs to: of several, what is due first. */
function CaseClock({ conversationId }: { conversationId: string }): JSX.Element | null {
  const [first] = (casesOf(conversationId) ?? []).sort((one, other) => dueOf(one) - dueOf(other));
  return first ? <NextClock of={first} /> : null;
}

/** Work that may be interrupted waits for the rest of what is in hand. */
function isInterrupted({ work_item: item, state }: Assignment): boolean {
  return (
    item.interruptible === true &&
    state === "assigned" &&
    assignments.value.some((one) => one.state === "assigned" && one.work_item.interruptible !== true)
  );
}

const SLOW_MS = 60_000;
const LATE_MS = 180_000;

/** How long the customer has been waiting for my answer; in wrap-up, how long is left. */
function RowTime({ assignment }: { assignment: Assignment }): JSX.Element | null {
  if (assignment.wrap_up_until !== null)
    return (
      <span class="small row-time" data-tone="pause">
        <Icon name="clock" size={12} /> <Until at={assignment.wrap_up_until} />
      </span>
    );
  const since = unansweredSince(assignment);
  if (since === null) return null;
  return (
    <span class="small row-time" title={t("work.unanswered")}>
      <WaitTone since={since} />
      <span class="only-heard">{t("work.unanswered")} </span>
      <Age since={since} />
    </span>
  );
}

/** A dot that turns from calm to late; it reads the clock itself so that the row need not. */
function WaitTone({ since }: { since: number }): JSX.Element {
  const waited = tick.value - since;
  return <span class="wait-dot" data-tone={waited > LATE_MS ? "late" : waited > SLOW_MS ? "slow" : "calm"} aria-hidden="true" />;
}

function LastWords({ assignment: { conversation } }: { assignment: Assignment }): JSX.Element {
  const draft = draftOf(conversation.conversation_id).text;
  if (draft.trim() !== "")
    return (
      <span class="clip grow">
        <em class="draft">{t("work.draft")}</em> {draft}
      </span>
    );
  const { messages } = conversation;
  const last = messages.findLast(({ kind }) => kind !== "system") ?? messages.at(-1);
  if (!last) return <span class="clip grow faint">{t("work.no_words")}</span>;
  const words = last.kind === "system" ? systemLine(last.text, last.author_name) : wordsOf(last);
  return (
    <span class="clip grow">
      {last.author === "agent" && last.kind !== "system" && <span class="faint">{t(last.kind === "note" ? "message.note" : "message.you")}: </span>}
      {words}
    </span>
  );
}

/** Why the list is empty, and what would fill it. */
function NoWork(): JSX.Element {
  const free = me.value !== null && statusTone(me.value.status) === "free";
  const missed = me.value?.status_reason === "missed_offer";
  return (
    <div class="empty">
      <Icon name={free ? "coffee" : "moon"} size={28} />
      <h2>{t(free ? "work.none" : "work.none_paused")}</h2>
      <p>{t(free ? "work.none_help" : missed ? "status.missed_offer" : "work.none_paused_help")}</p>
    </div>
  );
}
