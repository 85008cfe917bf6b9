import type { Call, CallLeg } from "@usher/protocol";
import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";

import type { Chord } from "../keys/chord";
import { printed } from "../keys/chord";
import { dropLeg, handOver, onCall, supervise } from "../live/calls";
import { assignments, calls } from "../live/store";
import { go } from "../router";
import { keypadOpen } from "../shell/view";
import { Age } from "../ui/age";
import { Icon, type IconName } from "../ui/icon";
import { openWhenMine } from "../desk/open-when-mine";
import { openCallTransfer, toggleHold, toggleKeypad, toggleMute, toggleRecording } from "./acts";
import { may, myLeg, partnerName } from "./current";
import { Keypad } from "./keypad";
import { isKey, t } from "./words";

/** The calls I am in, whatever else is on the screen: who is on the line, how it stands, and what I may do. */
export function CallDock(): JSX.Element | null {
  const mine = [...calls.value.values()].filter((call) => call.state !== "ended");
  if (mine.length === 0) return null;
  return (
    <section class="calls" aria-label={t("call.mine")}>
      {mine.map((call) => (
        <CallBar key={call.call_id} call={call} />
      ))}
    </section>
  );
}

function CallBar({ call }: { call: Call }): JSX.Element {
  const { notice = "" } = call;
  const key = `call.notice.${notice}`;
  return (
    <article class="call" data-state={call.state} aria-label={t("call.with", { name: partnerName(call) })}>
      <div class="call-line">
        <Icon name="voice" size={18} />
        <Who call={call} />
        {call.recording !== "off" && (
          <span class="call-rec small" data-on={call.recording === "on"}>
            {t(`call.recording_${call.recording}`)}
          </span>
        )}
        <Buttons call={call} />
      </div>
      <Others call={call} />
      {notice !== "" && <p class="call-notice small">{t(isKey(key) ? key : "call.notice.failed")}</p>}
      {keypadOpen.value === call.call_id && may(call, "keypad") && <Keypad callId={call.call_id} />}
    </article>
  );
}

function Who({ call }: { call: Call }): JSX.Element {
  const open = assignments.value.some((one) => one.conversation.conversation_id === call.conversation_id);
  const name = <strong class="clip">{partnerName(call)}</strong>;
  return (
    <span class="call-who clip-box">
      {open ? (
        <button type="button" class="link clip" onClick={() => go({ page: "work", conversation_id: call.conversation_id })}>
          {name}
        </button>
      ) : (
        name
      )}
      <span class="small faint">
        {t(`call.state.${call.state}`)} · <Age since={call.connected_at ?? call.started_at} exact />
      </span>
    </span>
  );
}

/** Everybody on the line but the customer and me. */
function Others({ call }: { call: Call }): JSX.Element | null {
  const mine = myLeg(call)?.label;
  const others = call.legs.filter((leg) => leg.role !== "customer" && leg.label !== mine && leg.state !== "gone");
  if (others.length === 0) return null;
  return (
    <ul class="call-others small">
      {others.map((leg) => (
        <li key={leg.label}>
          <span class="clip">{leg.name || leg.number}</span> <span class="faint">{legWords(leg)}</span>
          {may(call, "drop") && leg.role === "third" && (
            <button type="button" class="button small" onClick={() => void dropLeg(call.call_id, leg.label)}>
              {t("call.drop")}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function legWords(leg: CallLeg): string {
  if (leg.state !== "joined") return t(`call.leg.${leg.state}`);
  if (leg.role === "supervisor") return t(`call.mode.${leg.mode}`);
  return t(leg.held ? "call.leg.held" : "call.leg.joined");
}

function Buttons({ call }: { call: Call }): JSX.Element {
  const muted = may(call, "unmute");
  const held = may(call, "unhold");
  const takeOver = async (): Promise<void> => {
    if (await supervise("call.take_over", call.work_item_id)) openWhenMine(call.work_item_id);
  };
  return (
    <div class="call-buttons" role="group" aria-label={t("call.acts")}>
      {(muted || may(call, "mute")) && (
        <Act icon={muted ? "muted" : "microphone"} text={muted ? "call.unmute" : "call.mute"} chord="Alt+KeyM" on={muted} onDo={() => toggleMute(call)} />
      )}
      {(held || may(call, "hold")) && (
        <Act icon="pause" text={held ? "call.unhold" : "call.hold"} chord="Alt+KeyH" on={held} onDo={() => toggleHold(call)} />
      )}
      {may(call, "keypad") && (
        <Act icon="keypad" text="call.keypad" chord="Alt+KeyK" expanded={keypadOpen.value === call.call_id} onDo={() => toggleKeypad(call)} />
      )}
      {(may(call, "transfer") || may(call, "consult")) && (
        <Act icon="transfer" text="action.transfer" chord="Alt+KeyT" onDo={() => openCallTransfer(call)} />
      )}
      {may(call, "merge") && <Act icon="user" text="call.merge" words onDo={() => void onCall("call.merge", call.call_id)} />}
      {may(call, "hand_over") && <Act icon="forward" text="call.hand_over" words onDo={() => void handOver(call.call_id, "")} />}
      {may(call, "pause_recording") && <Act icon="record" text="call.record_pause" on onDo={() => toggleRecording(call)} />}
      {may(call, "record") && <Act icon="record" text="call.record" onDo={() => toggleRecording(call)} />}
      {may(call, "listen") && <Act icon="eye" text="call.listen" words onDo={() => void supervise("call.monitor", call.work_item_id)} />}
      {may(call, "whisper") && <Act icon="note" text="monitor.whisper" words onDo={() => void supervise("call.whisper", call.work_item_id)} />}
      {may(call, "barge") && <Act icon="megaphone" text="call.barge" words onDo={() => void supervise("call.barge", call.work_item_id)} />}
      {may(call, "take_over") && <Act icon="hand" text="monitor.take_over" words onDo={() => void takeOver()} />}
      {may(call, "leave") && <Act icon="out" text="call.leave" words onDo={() => void onCall("call.leave", call.call_id)} />}
      {may(call, "hang_up") && <HangUp call={call} />}
    </div>
  );
}

function HangUp({ call }: { call: Call }): JSX.Element {
  return (
    <button type="button" class="button call-end" aria-label={t("call.hang_up")} title={t("call.hang_up")} onClick={() => void onCall("call.hang_up", call.call_id)}>
      <Icon name="hang_up" />
    </button>
  );
}

interface ActProps {
  icon: IconName;
  text: Parameters<typeof t>[0];
  onDo: () => void;
  chord?: Chord;
  /** The words say what a press does; this, that it is as they would end. */
  on?: boolean;
  expanded?: boolean;
  /** With its words beside the picture, where there is room. */
  words?: boolean;
}

function Act({ icon, text, onDo, chord, on = false, expanded, words = false }: ActProps): JSX.Element {
  const busy = useSignal(false);
  const label = t(text);
  const keys: ComponentChildren = chord ? ` (${printed(chord).join(" ")})` : "";
  const act = (): void => {
    // A second press of an impatient finger must not undo the first. Switched off, the button would lose the focus.
    if (busy.peek()) return;
    busy.value = true;
    setTimeout(() => (busy.value = false), 400);
    onDo();
  };
  return (
    <button
      type="button"
      class={words ? "button" : "button square"}
      data-on={on}
      aria-expanded={expanded}
      aria-label={label}
      title={`${label}${keys}`}
      aria-disabled={busy.value}
      onClick={act}
    >
      <Icon name={icon} />
      {words && <span class="wide-only">{label}</span>}
    </button>
  );
}
