import type { CaseView } from "@usher/protocol";
import { CommandError } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";

import { command } from "../live/link";
import { me, overseer, phase } from "../live/store";
import { Icon } from "../ui/icon";
import { index, takeIndex } from "./case-index";
import { told } from "./commands";
import { ANY, type Filter, OPEN } from "./filter";
import { ask, asked, type Asked, sent } from "./overview";
import { type Key, t } from "./words";

const open = (some: Partial<Filter>): Filter => ({ ...ANY, statuses: [...OPEN], ...some });
const DAY_S = 86_400;

const SCOPES: readonly { text: Key; filter: Filter; order: Asked["order"] }[] = [
  { text: "cases.scope.all", filter: open({}), order: "updated" },
  { text: "cases.scope.mine", filter: open({ scope: "mine" }), order: "due" },
  { text: "cases.scope.queues", filter: open({ scope: "queues" }), order: "due" },
  { text: "cases.scope.due", filter: open({ due_within_s: DAY_S }), order: "due" },
  { text: "cases.scope.late", filter: open({ late: true }), order: "due" },
];

/** Whether it is one of these, and need not be kept under a name. */
export function isUsual(one: Asked): boolean {
  return SCOPES.some(({ filter, order }) => JSON.stringify({ filter, order, view_id: "" }) === JSON.stringify(one));
}

const counts = signal<readonly number[]>([]);
const COUNTED_EVERY_MS = 15_000;

async function count(): Promise<void> {
  try {
    const result = await command({ type: "cases.count", filters: SCOPES.map(({ filter }) => sent(filter)) });
    if (result?.type === "case_counts") counts.value = result.counts;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error; // the next count tells
  }
}

/** The usual questions with how many each finds, saved views, folders. */
export function Scopes(): JSX.Element {
  const online = phase.value === "online";
  useEffect(() => {
    if (!online) return undefined;
    void count();
    const timer = setInterval(() => void count(), COUNTED_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [online]);
  const known = index.value;
  return (
    <nav class="scopes" aria-label={t("cases.scopes")}>
      <ul>
        {SCOPES.map(({ text, filter, order }, place) => (
          <Choice key={text} text={t(text)} next={{ filter, order, view_id: "" }} count={counts.value[place]} />
        ))}
      </ul>
      {known !== null && known.views.length > 0 && (
        <>
          <h2 class="list-head">{t("cases.views")}</h2>
          <ul>
            {known.views.map((view) => (
              <Choice key={view.view_id} text={view.name} next={ofView(view)} onDelete={mayDelete(view) ? () => void forget(view) : null} />
            ))}
          </ul>
        </>
      )}
      {known !== null && known.folders.length > 0 && (
        <>
          <h2 class="list-head">{t("cases.folders")}</h2>
          <ul>
            {known.folders.map((folder) => (
              <Choice key={folder} text={folder} next={{ filter: { ...ANY, folder }, order: "updated", view_id: "" }} />
            ))}
          </ul>
        </>
      )}
    </nav>
  );
}

function ofView(view: CaseView): Asked {
  return { filter: { ...ANY, ...view.filter }, order: view.order, view_id: view.view_id };
}

function mayDelete(view: CaseView): boolean {
  return overseer.value || view.owner_id === me.value?.agent_id;
}

async function forget(view: CaseView): Promise<void> {
  takeIndex(await told({ type: "case_view.delete", view_id: view.view_id }));
}

interface ChoiceProps {
  text: string;
  next: Asked;
  count?: number | undefined;
  onDelete?: (() => void) | null;
}

/** Most that is counted. */
const MANY = 1_000;

function Choice({ text, next, count: found, onDelete = null }: ChoiceProps): JSX.Element {
  const here = JSON.stringify(asked.value) === JSON.stringify(next);
  return (
    <li class="scope">
      <button type="button" class="scope-button" aria-pressed={here} onClick={() => ask(next)}>
        <span class="grow clip">{text}</span>
        {found !== undefined && <span class="numeric faint small">{found >= MANY ? `${MANY - 1}+` : found}</span>}
      </button>
      {onDelete !== null && (
        <button type="button" class="button quiet square small" aria-label={t("cases.view_delete", { name: text })} onClick={onDelete}>
          <Icon name="close" size={13} />
        </button>
      )}
    </li>
  );
}
