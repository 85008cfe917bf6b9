import { type CaseDetail, CommandError, type CaseFeed, type FeedEntry, type StaffEvent } from "@usher/protocol";
import { computed, signal } from "@preact/signals";

import { cases, takeCases } from "../live/cases";
import { command } from "../live/link";
import { listen } from "../live/store";
import { fetchIndex } from "./case-index";
import { withEntries } from "./feed-state";

/** The case in view, by its number. */
export type Opened = { is: "loading" | "failed" | "unknown" } | { is: "there"; detail: CaseDetail };

interface Feed {
  is: "loading" | "there" | "failed";
  /** Newest first. */
  entries: readonly FeedEntry[];
  after: string;
}

const NO_FEED: Feed = { is: "loading", entries: [], after: "" };
const SETTLED_MS = 300;

export const opened = signal<Opened>({ is: "loading" });
export const feed = signal<Feed>(NO_FEED);

/** The case itself, as it is now. */
export const openedCase = computed(() => {
  const now = opened.value;
  return now.is === "there" ? (cases.value.get(now.detail.case.case_id) ?? now.detail.case) : null;
});

/** Have a case open: colleagues see it, and this page hears of its changes and of who else looks at it. Returns the end. */
export function open(number: number): () => void {
  let over = false;
  let changed: ReturnType<typeof setTimeout> | undefined;
  opened.value = { is: "loading" };
  feed.value = NO_FEED;
  const begin = async (): Promise<void> => {
    const detail = await fetchDetail(number);
    if (over) return;
    opened.value = detail;
    if (detail.is !== "there") return;
    void command({ type: "case.open", case_id: detail.detail.case.case_id }).catch(refused);
    await refreshFeed(detail.detail.case.case_id);
  };
  const refresh = async (): Promise<void> => {
    changed = undefined;
    const detail = await fetchDetail(number);
    if (over || detail.is !== "there") return; // what is shown stays; the next change asks again
    opened.value = detail;
    await refreshFeed(detail.detail.case.case_id);
  };
  const onEvent = (event: StaffEvent): void => {
    const id = openedCase.peek()?.case_id;
    if (event.type === "snapshot") void begin();
    else if (event.type === "case.changed" && event.case.case_id === id) changed ??= setTimeout(() => void refresh(), SETTLED_MS);
    else if (event.type === "case.viewers" && event.case_id === id) takeViewers(event.viewers);
  };
  void fetchIndex();
  void begin();
  const stop = listen((_before, event) => {
    onEvent(event);
  });
  return () => {
    over = true;
    stop();
    clearTimeout(changed);
    void command({ type: "case.leave" }).catch(refused);
  };
}

function takeViewers(viewers: CaseDetail["viewers"]): void {
  const now = opened.peek();
  if (now.is === "there") opened.value = { ...now, detail: { ...now.detail, viewers } };
}

async function fetchDetail(number: number): Promise<Opened> {
  try {
    const result = await command({ type: "case.fetch", number });
    if (result?.type !== "case_detail") return { is: "failed" };
    takeCases([...(result.parent ? [result.parent] : []), ...result.children, result.case]);
    return { is: "there", detail: result };
  } catch (error) {
    return { is: refused(error) === "unknown_case" ? "unknown" : "failed" };
  }
}

/** Fetch the case in view anew: its papers changed, of which no event tells. */
export async function refreshOpened(): Promise<void> {
  const one = openedCase.peek();
  if (one === null) return;
  const detail = await fetchDetail(one.number);
  if (detail.is === "there" && openedCase.peek()?.case_id === one.case_id) opened.value = detail;
}

/** The newest page, before what is known already. */
export async function refreshFeed(caseId: string): Promise<void> {
  const page = await fetchFeed(caseId, "");
  if (openedCase.peek()?.case_id !== caseId) return;
  const before = feed.peek();
  if (page === null) feed.value = { ...before, is: before.entries.length > 0 ? "there" : "failed" };
  else if (before.entries.length === 0) feed.value = { is: "there", entries: page.entries, after: page.after };
  else feed.value = { is: "there", entries: withEntries(before.entries, page.entries), after: before.after };
}

export async function olderFeed(caseId: string): Promise<void> {
  const before = feed.peek();
  const page = await fetchFeed(caseId, before.after);
  if (page !== null && openedCase.peek()?.case_id === caseId)
    feed.value = { is: "there", entries: withEntries(feed.peek().entries, page.entries), after: page.after };
}

async function fetchFeed(caseId: string, after: string): Promise<CaseFeed | null> {
  try {
    const result = await command({ type: "case.feed", case_id: caseId, after });
    return result?.type === "case_feed" ? result : null;
  } catch (error) {
    refused(error);
    return null;
  }
}

/** The code of a refusal; what is none is a fault of the page and goes on. */
function refused(error: unknown): string {
  if (!(error instanceof CommandError)) throw error;
  return error.code;
}
