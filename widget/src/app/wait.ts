/** Position and expected wait in words, honest where nothing is known. */
import type { QueuePosition } from "@usher/protocol";
import type { Words } from "./words";

const MINUTE_MS = 60_000;
/** A long tail is worth a sentence of its own from this ratio on. */
const TAIL = 1.5;

export function positionWords(queue: QueuePosition, words: Words): string {
  return queue.position <= 1 ? words.t("next") : words.count("position", queue.position - 1);
}

export function waitWords({ expected_wait_p50_ms: p50, expected_wait_p90_ms: p90 }: QueuePosition, words: Words): string {
  if (p50 === null) return words.t("wait_unknown");
  const usual = p50 < MINUTE_MS ? words.t("wait_soon") : words.count("wait", Math.round(p50 / MINUTE_MS));
  if (p90 === null || p90 < MINUTE_MS || p90 < p50 * TAIL) return usual;
  return `${usual} ${words.count("wait_at_most", Math.ceil(p90 / MINUTE_MS))}`;
}
