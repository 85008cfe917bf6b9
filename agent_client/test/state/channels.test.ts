import type { ChannelCan } from "@usher/protocol";
import { expect, test } from "vitest";

import { accepted, carriesFiles, FILE_BYTES, refusalOf } from "../../src/state/attachable";
import { lastStuck } from "../../src/state/delivery";
import { sameRow, rowsOf } from "../../src/state/groups";
import { mapOf, placeOf } from "../../src/state/place";
import { replyWindow } from "../../src/state/reply-window";
import { filledIn, isComplete, variablesOf } from "../../src/state/template";
import { conversation, message } from "./samples";

const HOUR = 3_600_000;

function can(change: Partial<ChannelCan> = {}): ChannelCan {
  return {
    text_chars: 1_000,
    media_types: ["image/*", "application/pdf"],
    media_bytes: 1_000,
    reply_window_ms: 24 * HOUR,
    templates: [],
    quick_replies: 3,
    receipts: [],
    ...change,
  };
}

test("a file the channel does not carry is refused before it is uploaded", () => {
  expect(refusalOf(can(), { type: "image/png", size: 900 })).toBeNull();
  expect(refusalOf(can(), { type: "application/pdf", size: 900 })).toBeNull();
  expect(refusalOf(can(), { type: "application/pdfx", size: 900 })).toBe("attach.wrong_type");
  expect(refusalOf(can(), { type: "video/mp4", size: 900 })).toBe("attach.wrong_type");
  expect(refusalOf(can(), { type: "image/png", size: 1_001 })).toBe("attach.too_large");
  expect(refusalOf(can(), { type: "image/png", size: 0 })).toBe("attach.empty");
  expect(refusalOf(can({ media_types: ["*/*"] }), { type: "text/plain;charset=utf-8", size: 9 })).toBeNull();
});

test("a type the browser does not know is left to the server, and a limit above the server's is the server's", () => {
  expect(refusalOf(can(), { type: "", size: 9 })).toBeNull();
  expect(refusalOf(can({ media_bytes: 10 * FILE_BYTES }), { type: "image/png", size: FILE_BYTES + 1 })).toBe("attach.too_large");
});

test("our own channel carries files of every type; one without types carries none", () => {
  expect(carriesFiles(null)).toBe(true);
  expect(refusalOf(null, { type: "video/mp4", size: 9 })).toBeNull();
  expect(carriesFiles(can({ media_types: [] }))).toBe(false);
  expect([accepted(null), accepted(can()), accepted(can({ media_types: ["*/*"] }))]).toEqual(["", "image/*,application/pdf", ""]);
});

test("the reply window counts from the customer's last message and says when it is about to close", () => {
  const said = conversation("ann", [message("ann", 1, { at: 0 }), message("ann", 2, { author: "agent", at: 5 * HOUR })], { can: can() });
  const at = (now: number): string => replyWindow(said, now).is;
  expect([at(HOUR), at(18 * HOUR), at(24 * HOUR - 1), at(24 * HOUR)]).toEqual(["open", "closing", "closing", "closed"]);
  expect(replyWindow(said, HOUR)).toMatchObject({ closes_at: 24 * HOUR });
});

test("a channel without a reply window is always open; one the customer never wrote on is not", () => {
  expect(replyWindow(conversation("ann", [message("ann", 1)]), 0).is).toBe("none");
  expect(replyWindow(conversation("ann", [message("ann", 1)], { can: can({ reply_window_ms: null }) }), 99 * HOUR).is).toBe("none");
  const ours = [message("ann", 1, { author: "agent" })];
  expect(replyWindow(conversation("ann", ours, { can: can() }), HOUR).is).toBe("closed");
  // What the customer said last may be among the messages that are not loaded.
  expect(replyWindow(conversation("ann", ours, { can: can(), more: true }), HOUR).is).toBe("none");
});

test("a template is complete when every place has a value, and its places are filled by number", () => {
  const text = "Hello {1}, news on {2}. Yours, {1}";
  expect(variablesOf(text)).toBe(2);
  expect(variablesOf("Nothing to fill")).toBe(0);
  expect(filledIn(text, ["Ann"])).toBe("Hello Ann, news on {2}. Yours, Ann");
  expect([isComplete(text, ["Ann"]), isComplete(text, ["Ann", " "]), isComplete(text, ["Ann", "x"]), isComplete("plain", [])]).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test("a value that looks like a place is not filled again", () => {
  expect(filledIn("{1} {2}", ["{2}", "$&"])).toBe("{2} $&");
});

test("a geo address becomes a place on the map, anything else does not", () => {
  expect(placeOf("geo:52.229700,21.012200")).toEqual({ latitude: "52.229700", longitude: "21.012200" });
  expect(placeOf("geo:-33.5,151.2;u=35")).toEqual({ latitude: "-33.5", longitude: "151.2" });
  for (const wrong of ["", "geo:", "geo:91,0", "geo:0,181", "geo:1,2<script>", "javascript:alert(1)", "geo:a,b"])
    expect(placeOf(wrong), wrong).toBeNull();
  expect(mapOf({ latitude: "52.2", longitude: "21.0" })).toBe(
    "https://www.openstreetmap.org/?mlat=52.2&mlon=21.0#map=16/52.2/21.0",
  );
});

test("the newest message that did not get through is the one to send again", () => {
  const said = conversation("ann", [
    message("ann", 1, { author: "agent", delivery: { state: "parked", reason: "blocked" } }),
    message("ann", 2, { author: "agent", delivery: { state: "failed" } }),
    message("ann", 3, { author: "agent", delivery: { state: "sent" } }),
  ]);
  expect(lastStuck(said)?.n).toBe(2);
  expect(lastStuck(conversation("ann", [message("ann", 1)]))).toBeNull();
});

test("a group is drawn again when one of its messages changes, and only then", () => {
  const [first, second] = [message("ann", 1), message("ann", 2)];
  const group = (...said: (typeof first)[]): ReturnType<typeof rowsOf>[number] | undefined => rowsOf(said, null, () => 0)[1];
  const before = group(first, second);
  const same = group(first, second);
  const changed = group(first, { ...second, delivery: { state: "read" } });
  expect(before && same && sameRow(before, same)).toBe(true);
  expect(before && changed && sameRow(before, changed)).toBe(false);
});
