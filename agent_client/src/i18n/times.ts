import { language, locale, t } from "./language";

/** Formatters are dear to make and are asked for on every draw. */
const made = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

function once<T extends Intl.DateTimeFormat | Intl.NumberFormat>(key: string, make: (locale: string) => T): T {
  const name = `${locale.value} ${key}`;
  const found = made.get(name) ?? make(locale.value);
  made.set(name, found);
  return found as T;
}

/** 14:05 */
export function clockTime(at: number): string {
  return once("time", (lang) => new Intl.DateTimeFormat(lang, { timeStyle: "short" })).format(at);
}

/** 22 November 2026 at 14:05:09, for whoever wants it exactly. */
export function exactTime(at: number): string {
  return once("exact", (lang) => new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "medium" })).format(at);
}

export function shortDate(at: number): string {
  return once("date", (lang) => new Intl.DateTimeFormat(lang, { dateStyle: "medium" })).format(at);
}

/** 14:05 of today, 22 Nov of this year, else the whole date. */
export function timeOrDate(at: number, now: number): string {
  if (dayOf(at) === dayOf(now)) return clockTime(at);
  if (new Date(at).getFullYear() !== new Date(now).getFullYear()) return shortDate(at);
  return once("day of the year", (lang) => new Intl.DateTimeFormat(lang, { month: "short", day: "numeric" })).format(at);
}

/** The local calendar day of a time, as an ordinal. */
export function dayOf(at: number): number {
  const date = new Date(at);
  return Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** Today, Yesterday, or the date. */
export function dayName(at: number, now: number): string {
  const ago = dayOf(now) - dayOf(at);
  if (ago === 0) return t("day.today");
  if (ago === 1) return t("day.yesterday");
  return once("date in words", (lang) => new Intl.DateTimeFormat(lang, { weekday: "long", day: "numeric", month: "long" })).format(at);
}

/** 45s, 12m, 1h 5m: the largest two units that tell something, in the language's short form. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return unit(seconds, "second");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return unit(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${unit(hours, "hour")} ${unit(minutes % 60, "minute")}` : unit(hours, "hour");
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${unit(days, "day")} ${unit(hours % 24, "hour")}` : unit(days, "day");
}

/** 1:05, for what is watched by the second. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds >= 3_600) return duration(ms);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** 4:05, 1:04:05, 2d 1:04:05: to the second, however long. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const pair = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60) % 60;
  const clock = hours || days ? `${hours}:${pair(minutes)}:${pair(seconds % 60)}` : `${minutes}:${pair(seconds % 60)}`;
  return days ? `${unit(days, "day")} ${clock}` : clock;
}

/** 0.873 → 87 % */
export function percent(share: number): string {
  return once("percent", (lang) => new Intl.NumberFormat(lang, { style: "percent" })).format(share);
}

export function number(value: number): string {
  return once("number", (lang) => new Intl.NumberFormat(lang)).format(value);
}

/** 1.4 MB: three digits at most. */
export function fileSize(bytes: number): string {
  const step = bytes < 1_000 ? 0 : bytes < 999_500 ? 1 : 2;
  const measure = (["byte", "kilobyte", "megabyte"] as const)[step];
  const value = bytes / 1_000 ** step;
  const digits = step > 0 && value < 10 ? 1 : 0;
  return once(`${measure}${digits}`, (lang) => {
    return new Intl.NumberFormat(lang, { style: "unit", unit: measure, unitDisplay: step === 0 ? "long" : "short", maximumFractionDigits: digits });
  }).format(value);
}

/** A language's name in the reader's language: `pl` → Polish. */
export function languageName(code: string): string {
  if (!code) return "";
  try {
    return new Intl.DisplayNames([language.value], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

function unit(value: number, name: "second" | "minute" | "hour" | "day"): string {
  return once(`units of ${name}`, (lang) => new Intl.NumberFormat(lang, { style: "unit", unit: name, unitDisplay: "narrow" })).format(value);
}
