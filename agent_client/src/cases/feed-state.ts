import type { FeedEntry } from "@usher/protocol";

/** Two pieces of a feed as one, newest first: an entry stands once, as it was heard last (a step goes on changing). */
export function withEntries(known: readonly FeedEntry[], heard: readonly FeedEntry[]): FeedEntry[] {
  const entries = new Map(known.map((entry) => [entry.entry_id, entry]));
  for (const entry of heard) entries.set(entry.entry_id, entry);
  return [...entries.values()].sort((one, other) => other.at - one.at || (one.entry_id < other.entry_id ? 1 : -1));
}
