import { type CaseIndex, CommandError } from "@usher/protocol";
import { computed, signal } from "@preact/signals";

import { command } from "../live/link";
import { typePaths } from "./tree";

/** Types, folders and views of the centre; null until they were fetched. */
export const index = signal<CaseIndex | null>(null);

export const types = computed(() => typePaths(index.value?.types ?? []));

export async function fetchIndex(): Promise<void> {
  try {
    takeIndex(await command({ type: "case_index.fetch" }));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error; // fetched again with the next page that needs it
  }
}

export function takeIndex(result: { type: string } | null): void {
  if (result?.type === "case_index") index.value = result as CaseIndex;
}

export function typeLabel(key: string): string {
  return types.value.find((one) => one.key === key)?.label ?? key;
}
