import { signal } from "@preact/signals";

/** Counts what was changed here, so that what lists customers asks again. */
export const changes = signal(0);
