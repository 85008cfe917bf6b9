import { signal } from "@preact/signals";

/** An article somebody set out to write because of questions: they come with it, and are seen to once it is published. */
interface Suggested {
  title: string;
  questions: readonly string[];
  seen: () => Promise<unknown>;
}

export const suggested = signal<Suggested | null>(null);
