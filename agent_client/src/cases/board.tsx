import type { Case } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { announce } from "../live/announce";
import { cases } from "../live/cases";
import { go } from "../router";
import { Card } from "./card";
import { casePath, subjectOf } from "./case-facts";
import { type Status, STATUSES } from "./filter";
import { columns, moreOfColumn, move, shownByStatus } from "./overview";
import { t } from "./words";

/** What is dragged carries the case's id under this type, so that other things dropped here are none of ours. */
const CARRIED = "application/x-usher-case";

/**
 * Cases by status. Cards are dragged to another column, or moved there by their menu, or by Shift with an arrow;
 * arrows alone go from card to card.
 */
export function Board(): JSX.Element {
  return (
    <div class="case-board" onKeyDown={onKey}>
      {STATUSES.map((status) => (
        <Column key={status} status={status} />
      ))}
    </div>
  );
}

function Column({ status }: { status: Status }): JSX.Element {
  const over = useSignal(false);
  const listing = columns.value[status];
  const shown = shownByStatus.value[status];
  const carries = (event: DragEvent): boolean => event.dataTransfer?.types.includes(CARRIED) === true;
  return (
    <section
      class="case-column"
      data-status={status}
      data-over={over.value}
      aria-busy={listing.is === "loading"}
      onDragOver={(event) => {
        if (!carries(event)) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={(event) => {
        over.value = false;
        if (!carries(event)) return;
        event.preventDefault();
        const one = cases.peek().get(event.dataTransfer?.getData(CARRIED) ?? "");
        if (one) void moveTo(one, status);
      }}
    >
      <h2 class="list-head">
        {t(`cases.status.${status}`)} <span class="faint numeric">{countOf(shown.length, listing.after !== "")}</span>
      </h2>
      <ul class="cards" tabIndex={-1}>
        {shown.map((one) => (
          <li
            key={one.case_id}
            draggable
            onDragStart={({ dataTransfer }) => {
              dataTransfer?.setData(CARRIED, one.case_id);
            }}
          >
            <Card of={one} onMove={(to) => void moveTo(one, to)} />
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p class="faint small case-column-empty">{t(`cases.column.${listing.is}`)}</p>}
      {listing.is === "there" && listing.after !== "" && (
        <button type="button" class="button quiet small" onClick={() => void moreOfColumn(status)}>
          {t("cases.more")}
        </button>
      )}
    </section>
  );
}

function countOf(shown: number, more: boolean): string {
  return more ? `${shown}+` : String(shown);
}

async function moveTo(one: Case, to: Status): Promise<void> {
  if (await move(one, to)) announce(t("cases.moved", { subject: subjectOf(one), status: t(`cases.status.${to}`) }), "soon");
}

const SIDEWAYS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

/** Keys of the board. The focus follows a card into its new column. */
function onKey(event: KeyboardEvent): void {
  if (!(event.target instanceof HTMLElement) || event.altKey || event.ctrlKey || event.metaKey) return;
  const card = event.target.closest<HTMLElement>(".card");
  if (card === null || event.target !== card) return;
  const one = cases.peek().get(card.dataset.case ?? "");
  const by = SIDEWAYS[event.key];
  if (event.key === "Enter" && one) go(casePath(one));
  else if (by !== undefined && event.shiftKey && one) moveBy(one, by);
  else if (by !== undefined) neighbour(card, by)?.focus();
  else if (event.key === "ArrowDown") siblingOf(card, 1)?.focus();
  else if (event.key === "ArrowUp") siblingOf(card, -1)?.focus();
  else return;
  event.preventDefault();
}

function moveBy(one: Case, by: number): void {
  const to = STATUSES[STATUSES.indexOf(one.status) + by];
  if (to === undefined) return;
  void moveTo(one, to);
  // Drawn in its new column by now, as another element.
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`.card[data-case="${one.case_id}"]`)?.focus());
}

function cardsOf(column: Element | null | undefined): HTMLElement[] {
  return [...(column?.querySelectorAll<HTMLElement>(".card") ?? [])];
}

function siblingOf(card: HTMLElement, by: number): HTMLElement | undefined {
  const all = cardsOf(card.closest(".case-column"));
  return all[all.indexOf(card) + by];
}

/** The card at the same height in the next column that has one. */
function neighbour(card: HTMLElement, by: number): HTMLElement | undefined {
  const all = [...document.querySelectorAll(".case-column")];
  const place = cardsOf(card.closest(".case-column")).indexOf(card);
  for (let at = all.findIndex((one) => one.contains(card)) + by; at >= 0 && at < all.length; at += by) {
    const cards = cardsOf(all[at]);
    if (cards.length > 0) return cards[Math.min(place, cards.length - 1)];
  }
  return undefined;
}
