import { signal } from "@preact/signals";

import { bestLanguage, speak } from "../i18n/language";
import { forgetDrafts, openDrafts } from "../live/drafts";
import { HttpError, type Identity, signIn, signOut, whoAmI } from "../live/http";
import { connect, disconnect } from "../live/link";
import { notices } from "../live/notices";
import { closeOutbox, forgetOutbox, openOutbox } from "../live/sending";
import { settings } from "../live/settings";
import { forgetAll } from "../live/store";
import { forgetUploads } from "../live/uploads";

/** unsure: signing out did not reach the server, which may still know this browser. */
export type Why = "" | "ended" | "forbidden" | "unsure";

/** Whether somebody is signed in. `why` is shown on the sign-in page. */
type Signed =
  | { as: "asking" }
  | { as: "unreachable" }
  | { as: "out"; why: Why }
  | { as: "in"; identity: Identity };

export const signed = signal<Signed>({ as: "asking" });

const FORBIDDEN = 4403;

/** Find out who is signed in by their cookie, and go on as them. */
export async function resume(): Promise<void> {
  signed.value = { as: "asking" };
  try {
    const identity = await whoAmI();
    if (identity === null) signed.value = { as: "out", why: "" };
    else enter(identity);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    signed.value = { as: "unreachable" };
  }
}

/** Throws HttpError with the public code. */
export async function enterWith(email: string, password: string): Promise<void> {
  enter(await signIn(email, password));
}

/** Sign out: nothing of this person stays in the browser, except their settings. */
export async function leave(): Promise<void> {
  const reached = await signOut().then(
    () => true,
    (error: unknown) => error instanceof HttpError && error.status === 401,
  );
  forgetDrafts();
  forgetOutbox();
  close(reached ? "" : "unsure");
}

function enter(identity: Identity): void {
  followLanguage(identity.language);
  openDrafts(identity.agent_id);
  connect((closeCode) => close(closeCode === FORBIDDEN ? "forbidden" : "ended"));
  openOutbox(identity.agent_id);
  signed.value = { as: "in", identity };
}

function close(why: Why): void {
  disconnect();
  closeOutbox();
  forgetAll();
  forgetUploads();
  notices.value = [];
  signed.value = { as: "out", why };
}

/** The setting of this browser first, then the account's language, then the browser's own. */
export function followLanguage(ofAccount: string): void {
  void speak(bestLanguage([settings.peek().language, ofAccount, ...navigator.languages].filter(Boolean)));
}
