import type { Offer, Why } from "@usher/protocol";
import { signal } from "@preact/signals";

import { language, t } from "../i18n/language";
import { requirementLabel } from "../i18n/labels";
import { listen } from "../live/store";

/** Why an item came to me, in one or two sentences. */
export function whySentence(why: Why): string {
  const parts = [why.transferred_by === null ? modelReason(why) : t("why.transferred", { name: why.transferred_by })];
  if (why.matched.length > 0) parts.push(t("why.matched", { skills: list(why.matched.map(requirementLabel)) }));
  if (why.attempt > 1) parts.push(t("why.attempt", { count: why.attempt }));
  return parts.join(" ");
}

function modelReason(why: Why): string {
  switch (why.model) {
    case "longest_idle":
      return t("why.longest_idle");
    case "least_loaded":
      return t("why.least_loaded");
    case "most_available":
      return t("why.most_available");
    case "best_fit":
      return t("why.best_fit");
    case "round_robin":
      return t("why.round_robin");
    default:
      return why.model satisfies never;
  }
}

function list(words: string[]): string {
  return new Intl.ListFormat(language.value, { type: "conjunction" }).format(words);
}

/** Assignments do not say why they came; the offers before them did. Kept while the page lives, the newest hundred. */
const whys = signal<ReadonlyMap<string, Why>>(new Map());
const KEPT = 100;

listen((_before, event) => {
  if (event.type === "offer.created") remember([event.offer]);
  else if (event.type === "snapshot") remember(event.offers);
});

function remember(offers: readonly Offer[]): void {
  const all = [...whys.peek(), ...offers.map((one) => [one.work_item.work_item_id, one.why] as const)];
  whys.value = new Map(all.slice(-KEPT));
}

export function whyOf(workItemId: string): Why | undefined {
  return whys.value.get(workItemId);
}
