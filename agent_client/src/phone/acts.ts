import type { Call } from "@usher/protocol";

import { mute, onCall, recordCall } from "../live/calls";
import { dialog, keypadOpen } from "../shell/view";
import { currentCall, may } from "./current";
import { muteHere } from "./phone";

/** Heard at once in this browser; the server follows for everybody else. */
export function toggleMute(call: Call | null = currentCall.peek()): void {
  if (call === null || (!may(call, "mute") && !may(call, "unmute"))) return;
  const muted = call.actions.includes("mute");
  muteHere(muted);
  void mute(call.call_id, muted).then((done) => {
    if (!done) muteHere(!muted);
  });
}

export function toggleHold(call: Call | null = currentCall.peek()): void {
  if (call === null) return;
  if (may(call, "hold")) void onCall("call.hold", call.call_id);
  else if (may(call, "unhold")) void onCall("call.unhold", call.call_id);
}

export function toggleRecording(call: Call | null = currentCall.peek()): void {
  if (call === null) return;
  if (may(call, "pause_recording")) void recordCall(call.call_id, "paused");
  else if (may(call, "record")) void recordCall(call.call_id, "on");
}

export function toggleKeypad(call: Call | null = currentCall.peek()): void {
  if (call === null) return;
  if (may(call, "keypad")) keypadOpen.value = keypadOpen.peek() === call.call_id ? null : call.call_id;
}

export function openCallTransfer(call: Call | null = currentCall.peek()): void {
  if (call === null) return;
  if (may(call, "transfer") || may(call, "consult")) dialog.value = { kind: "call_transfer", call_id: call.call_id };
}
