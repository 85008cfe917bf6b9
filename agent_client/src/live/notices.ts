import { signal } from "@preact/signals";

import type { Key } from "../i18n/language";

/** Something the person must be told, in words of the catalogue. Bad ones stay until closed. */
export interface Notice {
  id: number;
  tone: "info" | "warn" | "bad";
  key: Key;
  params: Record<string, string | number>;
}

const AT_MOST = 4;
const SHOWN_MS = 8_000;
let lastId = 0;

/** Oldest first; the oldest gives way to a fifth. */
export const notices = signal<readonly Notice[]>([]);

/** stays: until somebody closes it, beside others of its key; others take the place of an older one. */
export function notify(tone: Notice["tone"], key: Key, params: Notice["params"] = {}, stays = false): void {
  const notice: Notice = { id: ++lastId, tone, key, params };
  const others = notices.peek().filter((one) => stays || one.key !== key);
  notices.value = [...others, notice].slice(-AT_MOST);
  if (tone !== "bad" && !stays) setTimeout(() => dismiss(notice.id), SHOWN_MS);
}

export function dismiss(id: number): void {
  notices.value = notices.peek().filter((one) => one.id !== id);
}
