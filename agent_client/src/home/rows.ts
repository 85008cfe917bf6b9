import type { OpenCases } from "@usher/protocol";

import type { Priority } from "../cases/filter";

/** So many types have a bar of their own; the others share one. */
export const MOST_ROWS = 8;

/** key: the type; "" is none, null is all that have no bar of their own. */
export interface TypeRow {
  key: string | null;
  label: string;
  of: Readonly<Record<Priority, number>>;
  total: number;
}

const NONE: TypeRow["of"] = { urgent: 0, high: 0, normal: 0, low: 0 };

/** A row a type, most cases first; beyond MOST_ROWS the last row is of all others together. */
export function byType(counts: readonly OpenCases[]): TypeRow[] {
  const rows = new Map<string, TypeRow>();
  for (const { case_type: key, label, priority, count } of counts) {
    const before = rows.get(key) ?? { key, label, of: NONE, total: 0 };
    rows.set(key, { ...before, of: { ...before.of, [priority]: before.of[priority] + count }, total: before.total + count });
  }
  const all = [...rows.values()].sort((one, other) => other.total - one.total || one.label.localeCompare(other.label));
  if (all.length <= MOST_ROWS) return all;
  return [...all.slice(0, MOST_ROWS - 1), all.slice(MOST_ROWS - 1).reduce(together, { key: null, label: "", of: NONE, total: 0 })];
}

function together(one: TypeRow, other: TypeRow): TypeRow {
  const { urgent, high, normal, low } = other.of;
  const of = { urgent: one.of.urgent + urgent, high: one.of.high + high, normal: one.of.normal + normal, low: one.of.low + low };
  return { ...one, of, total: one.total + other.total };
}
