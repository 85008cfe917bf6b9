import type { Case } from "@usher/protocol";

/** So many cases are kept; those heard of longest ago are let go first. */
export const CASES_KEPT = 2_000;

/** Cases by id, the one heard of last at the end. */
export type Cases = ReadonlyMap<string, Case>;

/** What was heard of them; a revision older than the known one changes nothing. mine: ids never let go. */
export function withCases(known: Cases, heard: readonly Case[], mine: ReadonlySet<string> = new Set()): Cases {
  const next = new Map(known);
  for (const one of heard) {
    const before = next.get(one.case_id);
    if (before !== undefined && before.revision > one.revision) continue;
    next.delete(one.case_id);
    next.set(one.case_id, one);
  }
  const gone = next.size - CASES_KEPT;
  return gone > 0 ? new Map([...next].filter(([id], place) => place >= gone || mine.has(id))) : next;
}
