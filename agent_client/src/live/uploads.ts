import type { Conversation, File as Sent } from "@usher/protocol";
import { signal } from "@preact/signals";

import type { Key } from "../i18n/language";
import { FILES_LIMIT, mostBytes, refusalOf } from "../state/attachable";
import { errorKey } from "./commands";
import { changeDraft, draftOf } from "./drafts";
import { newId } from "./ids";
import { notify } from "./notices";

/** A file on its way to the server, or refused. share: 0–1, of its bytes. why: null while it is under way. */
export interface Upload {
  key: string;
  conversation_id: string;
  name: string;
  share: number;
  why: Key | null;
  most_bytes: number;
}

const TIMEOUT_MS = 120_000;

/** In the order they were chosen. What has arrived is in the draft, and not here. */
export const uploads = signal<readonly Upload[]>([]);
const requests = new Map<string, XMLHttpRequest>();

export const uploadsOf = (conversationId: string): readonly Upload[] =>
  uploads.value.filter((one) => one.conversation_id === conversationId);

/** Upload files to go with the next message. What the channel does not carry is refused before a byte is sent. */
export function attach(conversation: Conversation, files: readonly File[]): void {
  const id = conversation.conversation_id;
  const can = conversation.can ?? null;
  const room = Math.max(0, FILES_LIMIT - draftOf(id).files.length - uploadsOf(id).length);
  if (files.length > room) notify("warn", "attach.too_many", { count: FILES_LIMIT });
  for (const file of files.slice(0, room)) {
    const why = refusalOf(can, file);
    const upload: Upload = { key: newId(), conversation_id: id, name: file.name, share: 0, why, most_bytes: mostBytes(can) };
    uploads.value = [...uploads.peek(), upload];
    if (why === null) start(upload, file);
  }
}

/** Stop it, or put the refusal away. */
export function dropUpload(key: string): void {
  requests.get(key)?.abort();
  requests.delete(key);
  uploads.value = uploads.peek().filter((one) => one.key !== key);
}

export function forgetUploads(): void {
  for (const { key } of uploads.peek()) dropUpload(key);
}

/** Not `fetch`: only this tells how far it is. */
function start(upload: Upload, file: File): void {
  const { key, conversation_id: id } = upload;
  const request = new XMLHttpRequest();
  requests.set(key, request);
  request.open("POST", `/api/files?${new URLSearchParams({ conversation_id: id, name: file.name })}`);
  request.timeout = TIMEOUT_MS;
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => change(key, { share: total > 0 ? loaded / total : 0 });
  request.onerror = request.ontimeout = () => change(key, { why: "error.no_answer" });
  request.onload = () => {
    if (request.status !== 200) {
      change(key, { why: refusedWith(request.response) });
      return;
    }
    const sent = request.response as Sent;
    const { files } = draftOf(id);
    if (!files.some((one) => one.file_id === sent.file_id)) changeDraft(id, { files: [...files, sent] });
    dropUpload(key);
  };
  request.send(file);
}

function change(key: string, news: Partial<Upload>): void {
  uploads.value = uploads.peek().map((one) => (one.key === key ? { ...one, ...news } : one));
}

function refusedWith(answer: unknown): Key {
  const { code = "", detail } = (answer as { error?: { code?: string; detail?: { reason?: string } } } | null)?.error ?? {};
  return detail?.reason === "too_large" ? "attach.too_large" : errorKey(code);
}
