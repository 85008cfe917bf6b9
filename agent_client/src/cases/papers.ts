import { errorKey } from "../live/commands";
import { notify } from "../live/notices";
import { language } from "../i18n/language";

/** A document of thousands of entries takes a second; a scan on a slow line takes longer. */
const TIMEOUT_MS = 120_000;

/** Set the case with its whole history as a PDF, which is kept with it. Whether it was done; a refusal is told. */
export function makeDocument(caseId: string): Promise<boolean> {
  return post(`/api/cases/${encodeURIComponent(caseId)}/document?${new URLSearchParams({ language: language.peek() })}`);
}

/** Keep a file with a case, by its own conversation. As `makeDocument`. */
export function keepFile(conversationId: string, file: File): Promise<boolean> {
  return post(`/api/files?${new URLSearchParams({ conversation_id: conversationId, name: file.name })}`, file);
}

async function post(path: string, body?: File): Promise<boolean> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(path, { method: "POST", signal, ...(body ? { body } : {}) }).catch(() => null);
  if (answer?.ok === true) return true;
  const told = (await answer?.json().catch(() => null)) as { error?: { code?: string } } | null | undefined;
  notify("bad", errorKey(told?.error?.code ?? "unavailable"));
  return false;
}
