import { signal } from "@preact/signals";

import { go } from "../router";

/** Counts what was changed here, so that lists are asked for again. */
export const changes = signal(0);
export const changed = (): void => {
  changes.value = changes.peek() + 1;
};

export const WHICH = ["all", "drafts", "stale", "archived"] as const;
/** Which articles the list shows; readers who are no editors have all. */
export const which = signal<(typeof WHICH)[number]>("all");

/** To an article, or another place of the area. */
export const openArticle = (place: string, ...rest: string[]): void => go({ page: "knowledge", path: [place, ...rest] });
