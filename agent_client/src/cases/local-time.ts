const MINUTE_MS = 60_000;

/** As a field of the browser has it: the reader's own clock, to the minute. */
export function localTime(at: number): string {
  const offset = new Date(at).getTimezoneOffset();
  return new Date(at - offset * MINUTE_MS).toISOString().slice(0, 16);
}

/** The way back; null: it says no time. */
export function timeOf(text: string): number | null {
  const at = text === "" ? NaN : new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}
