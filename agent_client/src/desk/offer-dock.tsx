import type { JSX } from "preact";

import { route } from "../router";
import { hasListColumn, selected } from "../shell/view";
import { OfferCards } from "./offer-card";

/** Where the list with its offers is not in view, they float above the page: an offer is never out of sight. */
export function OfferDock(): JSX.Element | null {
  const listInView = route.value.page === "work" && (hasListColumn.value || selected.value === null);
  if (listInView) return null;
  return (
    <aside class="offer-dock">
      <OfferCards />
    </aside>
  );
}
