import type { Case, CasePage } from "@usher/protocol";

/** Ids of a list as the server found them, page by page. fresh: cases that came since and are not in it yet. */
export interface Listing {
  is: "loading" | "there" | "failed";
  ids: readonly string[];
  /** Where the next page begins; "": there is none. */
  after: string;
  fresh: ReadonlySet<string>;
}

export const NOT_YET: Listing = { is: "loading", ids: [], after: "", fresh: new Set() };

/** The first page replaces what was there, a further one follows it; a case is listed once. */
export function withPage(before: Listing | null, page: Pick<CasePage, "cases" | "after">): Listing {
  const known = before?.ids ?? [];
  const more = page.cases.map((one) => one.case_id).filter((id) => !known.includes(id));
  return { is: "there", ids: [...known, ...more], after: page.after, fresh: before?.fresh ?? new Set() };
}

/** A case changed: in the list it stays where it is; one that belongs there and is not is counted, and shown when asked for. */
export function withChange(listing: Listing, one: Case, belongs: boolean): Listing {
  if (listing.ids.includes(one.case_id) || belongs === listing.fresh.has(one.case_id)) return listing;
  const fresh = new Set(listing.fresh);
  if (belongs) fresh.add(one.case_id);
  else fresh.delete(one.case_id);
  return { ...listing, fresh };
}
