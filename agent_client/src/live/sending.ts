import { CommandError } from "@usher/protocol";
import { effect } from "@preact/signals";

import { dropped, marked, OUTBOX_LIMIT, type Outgoing, queued } from "../state/outbox";
import { errorKey } from "./commands";
import { newId } from "./ids";
import { forget, keep, kept } from "./keep";
import { command } from "./link";
import { notify } from "./notices";
import { serverNow } from "./server-time";
import { assignments, outbox } from "./store";

let key = "";
let stopKeeping: (() => void) | null = null;

/** What an earlier load of this page left unsent is sent; the server knows repeated sends by their `client_id`. */
export function openOutbox(agentId: string): void {
  stopKeeping?.();
  key = `usher.outbox.${agentId}`;
  outbox.value = kept<Outgoing[]>(key, []).filter((one) => one.state !== "sent");
  stopKeeping = effect(() => keep(key, outbox.value));
  for (const entry of outbox.peek()) if (entry.state === "sending") void deliver(entry);
}

/** False: too much is unsent already, or there is nothing to send. */
export function send(conversationId: string, text: string, kind: Outgoing["kind"]): boolean {
  if (text.trim() === "" || outbox.peek().length >= OUTBOX_LIMIT) return false;
  const entry: Outgoing = {
    conversation_id: conversationId,
    client_id: newId(),
    kind,
    text,
    at: serverNow(),
    state: "sending",
    code: "",
  };
  outbox.value = queued(outbox.peek(), entry);
  void deliver(entry);
  return true;
}

export function retry(entry: Outgoing): void {
  outbox.value = marked(outbox.peek(), entry.client_id, "sending");
  void deliver(entry);
}

export function discard(entry: Outgoing): void {
  outbox.value = dropped(outbox.peek(), entry.client_id);
}

export function forgetOutbox(): void {
  stopKeeping?.();
  stopKeeping = null;
  outbox.value = [];
  if (key) forget(key);
}

async function deliver(entry: Outgoing): Promise<void> {
  const { conversation_id, client_id, text, kind } = entry;
  try {
    await command({ type: kind === "note" ? "note.add" : "message.send", conversation_id, client_id, text });
    outbox.value = marked(outbox.peek(), client_id, "sent");
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // Stopped: it is sent again when the page is back. No answer: the line is down, so wait on; a repeat is harmless.
    if (error.code === "no_answer") await deliver(entry);
    else if (error.code !== "stopped") fail(entry, error.code);
  }
}

/** A message that failed where nobody would see it any more is told aloud and let go. */
function fail(entry: Outgoing, code: string): void {
  const visible = assignments.peek().some((one) => one.conversation.conversation_id === entry.conversation_id);
  if (visible) {
    outbox.value = marked(outbox.peek(), entry.client_id, "failed", code);
    return;
  }
  outbox.value = dropped(outbox.peek(), entry.client_id);
  notify("bad", "message.lost", { text: entry.text.slice(0, 60), why: errorKey(code) });
}
