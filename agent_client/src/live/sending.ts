import { CommandError, type CommandOf, type StaffIn } from "@usher/protocol";
import { effect } from "@preact/signals";

import { type Also, dropped, marked, OUTBOX_LIMIT, type Outgoing, queued } from "../state/outbox";
import { errorKey } from "./commands";
import { newId } from "./ids";
import { forget, forgetUnder, keep, keptUnder } from "./keep";
import { command } from "./link";
import { notify } from "./notices";
import { serverNow } from "./server-time";
import { assignments, outbox } from "./store";

let prefix = "";
let stopKeeping: (() => void) | null = null;

/** What an earlier load of this page left unsent is sent; the server knows repeated sends by their `client_id`. */
export function openOutbox(agentId: string): void {
  closeOutbox();
  prefix = `usher.outbox.${agentId}.`;
  outbox.value = [...keptUnder<Outgoing>(prefix).values()].sort((one, other) => one.at - other.at);
  stopKeeping = keepUnsent();
  for (const entry of outbox.peek()) if (entry.state === "sending") inTurn(entry);
}

/** From here on this browser keeps what is unsent as it is, whatever becomes of the page's own copy. */
export function closeOutbox(): void {
  stopKeeping?.();
  stopKeeping = null;
}

function keepUnsent(): () => void {
  let known = new Map<string, Outgoing>();
  return effect(() => {
    const now = new Map(outbox.value.filter(isUnsent).map((one) => [one.client_id, one]));
    for (const [id, entry] of now) if (known.get(id) !== entry) keep(prefix + id, entry);
    for (const id of known.keys()) if (!now.has(id)) forget(prefix + id);
    known = now;
  });
}

const isUnsent = ({ state }: Outgoing): boolean => state !== "sent";

/** False: too much is unsent already, or there is nothing to send. also: what goes beside the text. */
export function send(conversationId: string, text: string, kind: Outgoing["kind"], also?: Also): boolean {
  const empty = text.trim() === "" && !also?.files.length;
  if (empty || outbox.peek().filter(isUnsent).length >= OUTBOX_LIMIT) return false;
  const entry: Outgoing = {
    conversation_id: conversationId,
    client_id: newId(),
    kind,
    text,
    at: serverNow(),
    state: "sending",
    code: "",
    ...(also && { also }),
  };
  outbox.value = queued(outbox.peek(), entry);
  inTurn(entry);
  return true;
}

export function retry(entry: Outgoing): void {
  outbox.value = marked(outbox.peek(), entry.client_id, "sending");
  inTurn(entry);
}

export function discard(entry: Outgoing): void {
  outbox.value = dropped(outbox.peek(), entry.client_id);
}

export function forgetOutbox(): void {
  closeOutbox();
  outbox.value = [];
  if (prefix) forgetUnder(prefix);
}

/** The end of each conversation's line of messages under way. */
const lines = new Map<string, Promise<void>>();

/** One after another: what was written first arrives first, however often the line breaks between the two. */
function inTurn(entry: Outgoing): void {
  const { conversation_id: id } = entry;
  const go = (): Promise<void> => deliver(entry);
  const end = (lines.get(id) ?? Promise.resolve()).then(go, go).finally(() => {
    if (lines.get(id) === end) lines.delete(id);
  });
  lines.set(id, end);
}

async function deliver(entry: Outgoing): Promise<void> {
  const { client_id } = entry;
  if (!outbox.peek().some((one) => one.client_id === client_id)) return; // it had arrived, only its answer had not
  try {
    await command(frameOf(entry));
    outbox.value = marked(outbox.peek(), client_id, "sent");
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // Stopped: it is sent again when the page is back. No answer: the line is down, so wait on; a repeat is harmless.
    if (error.code === "no_answer") await deliver(entry);
    else if (error.code !== "stopped") fail(entry, error.code);
  }
}

function frameOf({ conversation_id, client_id, text, kind, also }: Outgoing): CommandOf<StaffIn> {
  if (kind === "note") return { type: "note.add", conversation_id, client_id, text };
  if (!also) return { type: "message.send", conversation_id, client_id, text };
  const { files, quick_replies, template, variables, mail = null } = also;
  const file_ids = files.map((file) => file.file_id);
  return {
    type: "message.send",
    conversation_id,
    client_id,
    text,
    file_ids,
    quick_replies: [...quick_replies],
    template,
    variables: [...variables],
    mail,
  };
}

/** A message that failed where nobody would see it any more is told aloud and let go. */
function fail(entry: Outgoing, code: string): void {
  const visible = assignments.peek().some((one) => one.conversation.conversation_id === entry.conversation_id);
  if (visible) {
    outbox.value = marked(outbox.peek(), entry.client_id, "failed", code);
    return;
  }
  outbox.value = dropped(outbox.peek(), entry.client_id);
  notify("bad", "message.lost", { text: (entry.text || (entry.also?.files[0]?.name ?? "")).slice(0, 60), why: errorKey(code) });
}
