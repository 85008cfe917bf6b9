/**
 * Files of messages. The visitor's token goes in a header, never in an address: no file's address works by itself, and
 * what is shown is made of the bytes that were fetched.
 */
import type { File as Kept } from "@usher/protocol";

/** Why a file was not taken; each has words. */
export type FileFault = "file_large" | "file_refused" | "file_failed";

interface Place {
  /** Where the server is, with a slash at the end. */
  base: string;
  account: string;
  token: string;
}

/** The server's limit. */
export const FILE_BYTES = 25 * 1024 * 1024;
const TIMEOUT_MS = 120_000;

/** Keep a file at the server, to be sent with a message. Never rejects. */
export async function sendFile(place: Place, conversationId: string, file: File): Promise<Kept | FileFault> {
  if (file.size > FILE_BYTES) return "file_large";
  const query = { conversation_id: conversationId, name: file.name };
  try {
    const response = await ask(place, "", query, { method: "POST", body: file });
    if (response.ok) return (await response.json()) as Kept;
    return response.status === 400 ? "file_refused" : "file_failed";
  } catch {
    return "file_failed"; // there was no answer, or half of one
  }
}

/** Rejects when it cannot be had. */
export async function fetchFile(place: Place, fileId: string): Promise<Blob> {
  const response = await ask(place, `/${fileId}`, {}, {});
  if (!response.ok) throw new Error(`no file (${response.status})`);
  return response.blob();
}

function ask({ base, account, token }: Place, path: string, query: Record<string, string>, init: RequestInit): Promise<Response> {
  return fetch(`${base}api/widget/files${path}?${new URLSearchParams({ account, ...query })}`, {
    ...init,
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    credentials: "omit",
  });
}
