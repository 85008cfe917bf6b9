import { go } from "../router";
import type { Filter } from "./filter";
import { type Asked, ask } from "./overview";

/** Go to the list of these cases; with a key held it is the browser's own link. */
export function showCases(event: MouseEvent, filter: Filter, order: Asked["order"]): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ask({ filter, order, view_id: "" });
  go({ page: "cases", path: [] });
}
