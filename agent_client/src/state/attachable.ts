import type { ChannelCan } from "@usher/protocol";

/** The server's own limits, whatever the channel carries. */
export const FILE_BYTES = 25 * 1024 * 1024;
export const FILES_LIMIT = 10;

type Refusal = "attach.wrong_type" | "attach.too_large" | "attach.empty";

/** can: null where the channel is ours, which carries what the server takes. */
export function carriesFiles(can: ChannelCan | null): boolean {
  return can === null || can.media_types.length > 0;
}

export function mostBytes(can: ChannelCan | null): number {
  return Math.min(FILE_BYTES, can?.media_bytes ?? FILE_BYTES);
}

/** Why a file need not be uploaded at all; null: try. What type it truly is, only the server looks at. */
export function refusalOf(can: ChannelCan | null, file: { type: string; size: number }): Refusal | null {
  if (file.size === 0) return "attach.empty";
  if (file.size > mostBytes(can)) return "attach.too_large";
  const type = file.type.split(";")[0] ?? "";
  if (can === null || type === "" || can.media_types.some((pattern) => fits(type, pattern))) return null;
  return "attach.wrong_type";
}

/** The patterns as a file chooser wants them; "" lets everything through. */
export function accepted(can: ChannelCan | null): string {
  return can === null || can.media_types.includes("*/*") ? "" : can.media_types.join(",");
}

function fits(type: string, pattern: string): boolean {
  if (pattern === "*/*" || pattern === type) return true;
  return pattern.endsWith("/*") && type.startsWith(pattern.slice(0, -1));
}
