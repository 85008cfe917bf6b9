import type { Why } from "@usher/protocol";

import { language, t } from "../i18n/language";
import { requirementLabel } from "../i18n/labels";
import { me } from "../live/store";

/** Why an item came to me, in one or two sentences. */
export function whySentence(why: Why): string {
  const parts = [byHand(why) ?? modelReason(why)];
  if (why.matched.length > 0) parts.push(t("why.matched", { skills: list(why.matched.map(requirementLabel)) }));
  if (why.attempt > 1) parts.push(t("why.attempt", { count: why.attempt }));
  return parts.join(" ");
}

/** null: nobody chose me, the model did. */
function byHand({ transferred_by: name }: Why): string | null {
  if (name === null) return null;
  return name === me.value?.name ? t("why.taken") : t("why.transferred", { name });
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
