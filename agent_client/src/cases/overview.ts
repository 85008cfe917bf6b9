import { type Case, type CaseView, CommandError } from "@usher/protocol";
import { batch, computed, signal } from "@preact/signals";

import { cases, takeCases } from "../live/cases";
import { command } from "../live/link";
import { keep, kept } from "../live/keep";
import { listen, me } from "../live/store";
import { changeCase } from "./commands";
import { ANY, byUrgency, type Filter, meets, OPEN, type Status, STATUSES } from "./filter";
import { fetchIndex } from "./case-index";
import { type Listing, NOT_YET, withChange, withPage } from "./listing";

type Order = CaseView["order"];

/** What is looked at. view_id: the saved view it began as; "" is none. */
export interface Asked {
  filter: Filter;
  order: Order;
  view_id: string;
}

const OPEN_CASES: Asked = { filter: { ...ANY, statuses: [...OPEN] }, order: "updated", view_id: "" };
const PAGE = 50;
const KEY = "usher.cases";
const SETTLED_MS = 400;

interface Kept {
  board: boolean;
}

export const asked = signal<Asked>(OPEN_CASES);
/** As a board by status, or as a list. */
export const asBoard = signal(kept<Kept>(KEY, { board: true }).board);
export const list = signal<Listing>(NOT_YET);
export const columns = signal<Readonly<Record<Status, Listing>>>(emptyColumns());
/** Cases that are being moved to another status: where they are shown until the server has answered. */
const moving = signal<ReadonlyMap<string, Status>>(new Map());
/** Ids ticked in the list, for doing the same with all of them. */
export const ticked = signal<ReadonlySet<string>>(new Set());

function emptyColumns(): Record<Status, Listing> {
  return { new: NOT_YET, working: NOT_YET, waiting: NOT_YET, escalated: NOT_YET, closed: NOT_YET };
}

/** The cases of the list, in its order, as they are now. */
export const listed = computed(() => list.value.ids.flatMap((id) => cases.value.get(id) ?? []));

/** The board: each case in the column of its status now, however it came onto the board. */
export const shownByStatus = computed(() => {
  const ids = new Set(STATUSES.flatMap((status) => [...columns.value[status].ids, ...columns.value[status].fresh]));
  const shown: Record<Status, Case[]> = { new: [], working: [], waiting: [], escalated: [], closed: [] };
  for (const id of ids) {
    const one = cases.value.get(id);
    if (one && meets(one, boardFilter(), looking())) shown[moving.value.get(id) ?? one.status].push(one);
  }
  for (const status of STATUSES) shown[status].sort(byUrgency);
  return shown;
});

/** The board has a column for each status: what is asked of the status itself does not count there. */
function boardFilter(): Filter {
  return { ...asked.value.filter, statuses: [], text: "", due_within_s: null };
}

function looking(): { agent_id: string; queues: readonly string[] } {
  return { agent_id: me.value?.agent_id ?? "", queues: me.value?.queues ?? [] };
}

export function ask(next: Asked): void {
  asked.value = next;
  load();
}

export function narrow(some: Partial<Filter>): void {
  ask({ ...asked.peek(), filter: { ...asked.peek().filter, ...some }, view_id: "" });
}

export function showBoard(board: boolean): void {
  asBoard.value = board;
  keep(KEY, { board });
  load();
}

let loading = 0;

/** Fetch what is asked from its beginning; what is shown stays until it is there. */
export function load(): void {
  loading += 1;
  ticked.value = new Set();
  if (asBoard.peek()) for (const status of STATUSES) void fetchColumn(status, loading, null);
  else void fetchList(loading, null);
}

export const moreOfList = (): Promise<void> => fetchList(loading, list.peek());
export const moreOfColumn = (status: Status): Promise<void> => fetchColumn(status, loading, columns.peek()[status]);

async function fetchList(turn: number, before: Listing | null): Promise<void> {
  const { filter, order } = asked.peek();
  if (before === null) list.value = { ...list.peek(), is: "loading" };
  const found = await page(filter, order, before);
  if (turn === loading) list.value = found ?? { ...list.peek(), is: "failed" };
}

async function fetchColumn(status: Status, turn: number, before: Listing | null): Promise<void> {
  const put = (listing: Listing): void => {
    columns.value = { ...columns.peek(), [status]: listing };
  };
  if (before === null) put({ ...columns.peek()[status], is: "loading" });
  const found = await page({ ...asked.peek().filter, statuses: [status] }, status === "closed" ? "updated" : "created", before);
  if (turn === loading) put(found ?? { ...columns.peek()[status], is: "failed" });
}

/** null: it was refused, or the line went down. */
async function page(filter: Filter, order: Order, before: Listing | null): Promise<Listing | null> {
  try {
    const result = await command({ type: "cases.list", filter: sent(filter), order, after: before?.after ?? "", limit: PAGE });
    if (result?.type !== "case_page") return null;
    takeCases(result.cases);
    return withPage(before, result);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return null;
  }
}

/** As the wire has it: lists of its own. */
export function sent(filter: Filter): CaseView["filter"] {
  return { ...filter };
}

/** Move a case to another status: shown there at once, back where it was if it is refused. */
export async function move(one: Case, to: Status): Promise<boolean> {
  if (one.status === to) return true;
  moving.value = new Map(moving.peek()).set(one.case_id, to);
  const done = await changeCase(one, { status: to });
  const left = new Map(moving.peek());
  left.delete(one.case_id);
  moving.value = left;
  return done !== null;
}

/** Follow every case while the overview is shown; a new session watches nothing, so it is told again. Returns the stop. */
export function watch(): () => void {
  let stale: ReturnType<typeof setTimeout> | undefined;
  const begin = (): void => {
    void command({ type: "cases.watch" }).catch(refused);
    load();
    void fetchIndex();
  };
  const again = (): void => {
    stale = undefined;
    load();
  };
  begin();
  const stop = listen((_before, event) => {
    if (event.type === "snapshot") begin();
    else if (event.type === "case.changed") changed(event.case);
    else if (event.type === "cases.stale") stale ??= setTimeout(again, SETTLED_MS);
  });
  return () => {
    stop();
    clearTimeout(stale);
    void command({ type: "cases.unwatch" }).catch(refused);
  };
}

function changed(one: Case): void {
  batch(() => {
    list.value = withChange(list.peek(), one, meets(one, asked.peek().filter, looking()));
    const { text, due_within_s: within } = asked.peek().filter;
    const belongs = text === "" && within === null && meets(one, boardFilter(), looking());
    const { status } = one;
    columns.value = { ...columns.peek(), [status]: withChange(columns.peek()[status], one, belongs) };
  });
}

/** What the line does not carry now is asked again by the next session. */
function refused(error: unknown): void {
  if (!(error instanceof CommandError)) throw error;
}
