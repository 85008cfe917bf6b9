import type { Conversation } from "@usher/protocol";

import { draftOf } from "../live/drafts";
import { attach } from "../live/uploads";
import { carriesFiles } from "../state/attachable";

/** Whether files can go to the customer now; a note carries none. */
export function takesFiles({ state, conversation_id: id, can = null }: Conversation): boolean {
  return state === "open" && carriesFiles(can) && !draftOf(id).note;
}

/** Attach pasted or dropped files. What is no file, or cannot be sent, is left to the field it was meant for. */
export function takeFrom(event: Event, data: DataTransfer | null, conversation: Conversation): void {
  const files = [...(data?.files ?? [])];
  if (files.length === 0 || !takesFiles(conversation)) return;
  event.preventDefault();
  attach(conversation, files);
}

/** A file dragged over the conversation may be dropped on it; where it may not, it does not replace the page either. */
export function dragged(event: DragEvent, conversation: Conversation): void {
  const data = event.dataTransfer;
  if (!data?.types.includes("Files")) return;
  event.preventDefault();
  data.dropEffect = takesFiles(conversation) ? "copy" : "none";
}
