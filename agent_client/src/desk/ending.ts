import { signal } from "@preact/signals";

import { onCall } from "../live/calls";
import { wrapUp } from "../live/commands";
import { callOf, may } from "../phone/current";

/** The item whose end was asked for: its wrap-up is shown at once, so that the next key belongs to it. */
export const ending = signal<string | null>(null);

/** Of a call: hang up; the wrap-up follows by itself. */
export async function endWork(workItemId: string): Promise<void> {
  ending.value = workItemId;
  const call = callOf(workItemId);
  const done = call !== null && may(call, "hang_up") ? onCall("call.hang_up", call.call_id) : wrapUp(workItemId);
  if (!(await done) && ending.peek() === workItemId) ending.value = null;
}
