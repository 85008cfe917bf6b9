import type { FeedEntry } from "@usher/protocol";
import type { JSX } from "preact";

import { clockTime, dayName, dayOf, exactTime } from "../i18n/times";
import { serverNow } from "../live/server-time";
import { go, pathOf, type Route } from "../router";
import type { IconName } from "../ui/icon";
import { Icon } from "../ui/icon";
import { MessageContent } from "../desk/message-content";
import { authorName } from "../desk/message-row";
import { sentenceOf } from "./feed-words";
import { feed, olderFeed, opened, refreshFeed } from "./opened";
import { t } from "./words";

/** Everything that happened, newest first. */
export function FeedList({ caseId }: { caseId: string }): JSX.Element {
  const { is, after } = feed.value;
  const now = opened.value;
  // Who reads the answer itself needs no line that says there was one.
  const reads = now.is === "there" && now.detail.may_change;
  const entries = reads ? feed.value.entries.filter(({ kind }) => kind !== "answered") : feed.value.entries;
  return (
    <section class="feed" aria-label={t("cases.feed")} aria-busy={is === "loading"}>
      {is === "failed" && (
        <p role="status">
          {t("cases.feed_failed")}{" "}
          <button type="button" class="link" onClick={() => void refreshFeed(caseId)}>
            {t("action.try_again")}
          </button>
        </p>
      )}
      {is === "loading" && <p class="faint">{t("line.loading")}</p>}
      <ol>
        {entries.map((entry, place) => (
          <Entry key={entry.entry_id} entry={entry} newDay={isNewDay(entries[place - 1], entry)} />
        ))}
      </ol>
      {after !== "" && (
        <button type="button" class="button quiet" onClick={() => void olderFeed(caseId)}>
          {t("cases.older")}
        </button>
      )}
    </section>
  );
}

function isNewDay(later: FeedEntry | undefined, { at }: FeedEntry): boolean {
  return later === undefined || dayOf(later.at) !== dayOf(at);
}

/** Where a sentence has its link. */
const HERE = "\u0000";

const ICONS: Record<FeedEntry["kind"], IconName> = {
  created: "plus",
  changed: "settings",
  message: "webchat",
  note: "note",
  step: "forward",
  linked: "clip",
  milestone: "clock",
  action: "info",
  routed: "line",
  answered: "send",
  rated: "star",
};

function Entry({ entry, newDay }: { entry: FeedEntry; newDay: boolean }): JSX.Element {
  const { kind, at, message } = entry;
  const said = message && (kind === "message" || kind === "note");
  return (
    <>
      {newDay && <li class="feed-day list-head">{dayName(at, serverNow())}</li>}
      <li class="feed-entry" data-kind={kind} data-word={entry.word} data-author={message?.author}>
        <Icon name={ICONS[kind]} size={15} />
        <div class="feed-text">
          <p class="small">
            {said ? <strong>{authorName(message)}</strong> : kind === "linked" && entry.word === "article" ? <LinkedArticle entry={entry} /> : sentenceOf(entry)}{" "}
            {kind === "note" && <span class="faint">{t("cases.note_for_staff")} </span>}
            <time class="faint" dateTime={new Date(at).toISOString()} title={exactTime(at)}>
              {clockTime(at)}
            </time>
          </p>
          {said && <MessageContent message={message} />}
        </div>
      </li>
    </>
  );
}

/** "Anna linked the article “Returns”", whose title leads to it. */
function LinkedArticle({ entry }: { entry: FeedEntry }): JSX.Element {
  const to: Route = { page: "knowledge", path: [entry.subject ?? ""] };
  const [before, after] = t("cases.did.article", { name: entry.actor_name || t("cases.by_house"), title: HERE }).split(HERE);
  const follow = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <>
      {before}
      <a href={pathOf(to)} onClick={follow}>
        {entry.changes?.[0]?.after}
      </a>
      {after}
    </>
  );
}
