/** Being closed, in words: what the centre says itself, and when it opens. */
import type { Account, Closed } from "./account";
import type { Words } from "./words";

/** For a chosen department, or for whoever has not chosen. null: it is open. */
export function closedFor(account: Pick<Account, "departments" | "closed">, department: string): Closed | null {
  const chosen = account.departments.find(({ name }) => name === department);
  return chosen ? chosen.closed : account.closed;
}

export function closedWords({ text, opens_at, busy }: Closed, words: Words, nowMs: number): string {
  const own = text[words.language];
  if (busy) return own ?? words.t("busy");
  const opens = opens_at === null ? words.t("closed") : words.t("closed_opens", words.opens(opens_at, nowMs));
  return own ? `${own} ${opens_at === null ? "" : opens}`.trim() : opens;
}
