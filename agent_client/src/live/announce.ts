import { signal } from "@preact/signals";

/** What screen readers are told beside what is on the screen: `now` interrupts (offers), `soon` waits its turn. */
export const announced = signal<{ now: string; soon: string }>({ now: "", soon: "" });

export function announce(text: string, when: "now" | "soon"): void {
  announced.value = { ...announced.peek(), [when]: text };
}
