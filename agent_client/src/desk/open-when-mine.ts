import { assignments, listen } from "../live/store";
import { go } from "../router";

/** The answer to a command may come before the news that the item is mine, or the other way round. */
const PATIENCE_MS = 10_000;

/** Go to the conversation of an item as soon as it is mine. */
export function openWhenMine(workItemId: string): void {
  if (open(workItemId)) return;
  const stop = listen((_before, event) => {
    if (event.type === "item.assigned" && open(workItemId)) stop();
  });
  setTimeout(stop, PATIENCE_MS);
}

function open(workItemId: string): boolean {
  const mine = assignments.peek().find((one) => one.work_item.work_item_id === workItemId);
  if (mine) go({ page: "work", conversation_id: mine.conversation.conversation_id });
  return mine !== undefined;
}
