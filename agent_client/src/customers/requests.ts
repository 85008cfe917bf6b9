import type { AnyResult, CustomerFound, CustomerPage, SearchHit, Sighting, SourceFacts, SuggestedMerge, Timeline } from "@usher/protocol";

import { command } from "../live/link";

/** What is asked of the server about customers. Each rejects with CommandError when it is refused. */

/** By beginnings of names, addresses, numbers; "": the newest. */
export async function findCustomers(query: string): Promise<CustomerFound[]> {
  const result = await command({ type: "customers.find", query, limit: 30 });
  return result?.type === "customers" ? result.customers : [];
}

export const fetchCustomer = async (customerId: string): Promise<CustomerPage> =>
  pageOf(await command({ type: "customer.fetch", customer_id: customerId }));

export const mergeCustomers = async (keptId: string, otherId: string): Promise<CustomerPage> =>
  pageOf(await command({ type: "customer.merge", kept_id: keptId, other_id: otherId }));

/** Answers the page of the one that was lifted out. */
export const partCustomers = async (customerId: string): Promise<CustomerPage> =>
  pageOf(await command({ type: "customer.unmerge", customer_id: customerId }));

export const renameCustomer = async (customerId: string, name: string): Promise<CustomerPage> =>
  pageOf(await command({ type: "customer.describe", customer_id: customerId, name }));

export const CLAIMABLE = ["phone", "email", "order"] as const;
export type Claimable = (typeof CLAIMABLE)[number];

export const claimIdentity = async (customerId: string, kind: Claimable, value: string): Promise<CustomerPage> =>
  pageOf(await command({ type: "customer.claim", customer_id: customerId, kind, value }));

export async function refuseMerge({ one, other }: SuggestedMerge): Promise<void> {
  await command({ type: "merge.refuse", one_id: one.customer_id, other_id: other.customer_id });
}

export async function fetchSuggestions(): Promise<SuggestedMerge[]> {
  const result = await command({ type: "merges.fetch", limit: 50 });
  return result?.type === "merges" ? result.suggested : [];
}

/** before: `next` of the page before; "": the newest. */
export async function fetchTimeline(customerId: string, before: string): Promise<Pick<Timeline, "entries" | "next">> {
  const result = await command({ type: "customer.timeline", customer_id: customerId, before, limit: 20 });
  return result?.type === "timeline" ? result : { entries: [], next: "" };
}

export async function fetchFacts(customerId: string): Promise<SourceFacts[]> {
  const result = await command({ type: "customer.facts", customer_id: customerId });
  return result?.type === "customer_facts" ? result.sources : [];
}

export async function fetchSightings(customerId: string): Promise<Sighting[]> {
  const result = await command({ type: "customer.sightings", customer_id: customerId, limit: 50 });
  return result?.type === "sightings" ? result.sightings : [];
}

export async function eraseCustomer(customerId: string, evenOpen: boolean): Promise<void> {
  await command({ type: "customer.erase", customer_id: customerId, even_open: evenOpen });
}

export async function search(query: string): Promise<SearchHit[]> {
  const result = await command({ type: "search", query, limit: 8 });
  return result?.type === "found" ? result.hits : [];
}

function pageOf(result: AnyResult | null): CustomerPage {
  if (result?.type !== "customer") throw new TypeError("the server answered something else");
  return result;
}
