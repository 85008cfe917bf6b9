import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { useComputed, useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { queueLabel, statusLabel } from "../i18n/labels";
import { ACTIONS, statusActions } from "../keys/actions";
import { printed } from "../keys/chord";
import { assignments } from "../live/store";
import { go } from "../router";
import { Dialog } from "../ui/dialog";
import { Icon, type IconName } from "../ui/icon";
import { Keys } from "../ui/keys";
import { dialog } from "./view";

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
  const found = useComputed(() => matching(entries(), query.value));
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
