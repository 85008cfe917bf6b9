import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { sendTones } from "../live/calls";
import { keypadOpen } from "../shell/view";
import { t } from "./words";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const SHOWN = 24;

/** Tones for the other side, by press or by the keys of the keyboard. */
export function Keypad({ callId }: { callId: string }): JSX.Element {
  const sent = useSignal("");
  const pad = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    pad.current?.querySelector("button")?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const send = (digit: string): void => {
    sent.value = (sent.peek() + digit).slice(-SHOWN);
    void sendTones(callId, digit);
  };
  return (
    <div
      ref={pad}
      class="keypad"
      role="group"
      aria-label={t("call.keypad")}
      onKeyDown={(event) => {
        if (event.key === "Escape") keypadOpen.value = null;
        else if (!event.altKey && !event.ctrlKey && !event.metaKey && /^[0-9*#]$/.test(event.key)) send(event.key);
        else return;
        event.preventDefault();
      }}
    >
      <output class="numeric keypad-sent">{sent.value || " "}</output>
      {KEYS.map((digit) => (
        <button key={digit} type="button" class="button" onClick={() => send(digit)}>
          {digit}
        </button>
      ))}
    </div>
  );
}
