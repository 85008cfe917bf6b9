import type { SearchHit } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useComputed, useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { queueLabel, statusLabel } from "../i18n/labels";
import { ACTIONS, statusActions } from "../keys/actions";
import { printed } from "../keys/chord";
import { command } from "../live/link";
import { assignments } from "../live/store";
import { go } from "../router";
import { Dialog } from "../ui/dialog";
import { Icon, type IconName } from "../ui/icon";
import { Keys } from "../ui/keys";
import { dialog } from "./view";
import "./palette.css";

/** Typing rests for so long before the server is asked. */
const REST_MS = 150;
const SHORTEST = 2;

interface Entry {
  id: string;
  icon: IconName;
  text: string;
  hint: string;
  keys: readonly string[];
  run: () => void;
}

/** Everything one can do or open, found by a few letters of it. */
export function Palette(): JSX.Element {
  const query = useSignal("");
  const at = useSignal(0);
  const hits = useSignal<readonly SearchHit[]>([]);
  const found = useComputed(() => [...matching(entries(), query.value), ...(query.value.trim() ? hits.value.map(entryOf) : [])]);
  useEffect(() => {
    const text = query.value;
    if (text.trim().length < SHORTEST) {
      hits.value = [];
      return undefined;
    }
    let wanted = true;
    const timer = setTimeout(() => void searchFor(text).then((all) => wanted && (hits.value = all)), REST_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [query.value, hits]);
  const list = useRef<HTMLUListElement>(null);
  const ids = useId();

  const choose = (entry: Entry | undefined): void => {
    if (!entry) return;
    dialog.value = null;
    // After the dialog has given the focus back, so that the action may put it elsewhere.
    setTimeout(entry.run);
  };
  const move = (by: number): void => {
    const count = found.peek().length;
    if (count === 0) return;
    at.value = (at.peek() + by + count) % count;
    list.current?.children[at.peek()]?.scrollIntoView({ block: "nearest" });
  };
  return (
    <Dialog title={t("action.palette")} bare onClose={() => (dialog.value = null)}>
      <div class="palette-search">
        <Icon name="search" />
        <input
          class="palette-input"
          role="combobox"
          autoFocus
          aria-expanded="true"
          aria-controls={`${ids}list`}
          aria-activedescendant={found.value.length > 0 ? `${ids}${at.value}` : undefined}
          aria-label={t("palette.hint")}
          placeholder={t("palette.hint")}
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
            at.value = 0;
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") move(1);
            else if (event.key === "ArrowUp") move(-1);
            else if (event.key === "Enter") choose(found.peek()[at.peek()]);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <ul class="palette-list" id={`${ids}list`} role="listbox" aria-label={t("action.palette")} ref={list}>
        {found.value.map((entry, index) => (
          <li
            key={entry.id}
            id={`${ids}${index}`}
            role="option"
            aria-selected={index === at.value}
            onPointerMove={() => (at.value = index)}
            onClick={() => choose(entry)}
          >
            <Icon name={entry.icon} />
            <span class="grow clip">{entry.text}</span>
            <span class="faint small clip">{entry.hint}</span>
            {entry.keys.length > 0 && <Keys keys={entry.keys} />}
          </li>
        ))}
      </ul>
      {found.value.length === 0 && <p class="empty small">{t("palette.none", { query: query.value })}</p>}
    </Dialog>
  );
}

/** What the server knows by these words; nothing while it cannot say. */
async function searchFor(query: string): Promise<readonly SearchHit[]> {
  const result = await command({ type: "search", query, limit: 8 }).catch(() => null);
  return result?.type === "found" ? result.hits : [];
}

const HIT_ICONS: Readonly<Record<string, IconName>> = { customer: "user", case: "cases", conversation: "columns", message: "webchat" };

/** A customer, a case, or the customer a message or conversation belongs to: there it is in their timeline. */
function entryOf(hit: SearchHit): Entry {
  const name = hit.title || t("customer.unnamed");
  return {
    id: `${hit.kind} ${hit.id} ${hit.n}`,
    icon: HIT_ICONS[hit.kind] ?? "search",
    text: hit.kind === "customer" ? name : hit.snippet,
    hint: hit.kind === "customer" ? t("palette.customer") : name,
    keys: [],
    run: () => {
      const mine = assignments.peek().some(({ conversation }) => conversation.conversation_id === hit.id);
      if (hit.kind === "case") go({ page: "cases", path: [String(hit.n)] });
      else go(mine ? { page: "work", conversation_id: hit.id } : { page: "customers", path: [hit.customer_id] });
    },
  };
}

function entries(): Entry[] {
  return [...conversations(), ...actions(), ...statusChoices()];
}

function conversations(): Entry[] {
  return assignments.value.map(({ work_item: item, conversation }) => ({
    id: item.work_item_id,
    icon: "webchat",
    text: item.customer.name || t("customer.unnamed"),
    hint: queueLabel(item.queue),
    keys: [],
    run: () => go({ page: "work", conversation_id: conversation.conversation_id }),
  }));
}

function actions(): Entry[] {
  return ACTIONS.filter((one) => one.id !== "palette" && one.possible?.() !== false).map((one) => ({
    id: one.id,
    icon: "forward",
    text: t(one.title),
    hint: "",
    keys: one.chord ? printed(one.chord) : [],
    run: one.run,
  }));
}

function statusChoices(): Entry[] {
  return statusActions().map(({ name, run }) => ({
    id: `status ${name}`,
    icon: "user",
    text: t("palette.status", { status: statusLabel(name) }),
    hint: "",
    keys: [],
    run,
  }));
}

/** Entries with every word of the query: first those where each begins a word, then those that hold it anywhere. */
function matching(all: Entry[], query: string): Entry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = (entry: Entry): string => ` ${entry.text} ${entry.hint}`.toLowerCase();
  const begins = all.filter((entry) => words.every((word) => textOf(entry).includes(` ${word}`)));
  const holds = all.filter((entry) => !begins.includes(entry) && words.every((word) => textOf(entry).includes(word)));
  return [...begins, ...holds];
}
