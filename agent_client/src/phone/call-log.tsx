import { CommandError, type LoggedCall } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { duration, exactTime, timeOrDate } from "../i18n/times";
import { fetchCallLog } from "../live/calls";
import { tell } from "../live/commands";
import { serverNow } from "../live/server-time";
import { calls } from "../live/store";
import { Icon } from "../ui/icon";
import { t } from "./words";

const PAGE = 30;

/** Calls of a customer, or my own ("") with a way to call back. */
export function CallLog({ customerId, onCallBack }: { customerId: string; onCallBack?: (number: string) => void }): JSX.Element {
  const known = useSignal<readonly LoggedCall[] | null>(null);
  const more = useSignal(false);
  const before = useSignal(0);
  const running = calls.value.size; // one that begins or ends is told otherwise
  useEffect(() => {
    const since = before.peek();
    fetchCallLog(customerId, since).then(
      (page) => {
        const all = since === 0 ? page : [...(known.peek() ?? []), ...page];
        known.value = [...new Map(all.map((call) => [call.call_id, call])).values()];
        more.value = page.length >= PAGE;
      },
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        known.value ??= [];
        if (error.code !== "voice_off") tell(error);
      },
    );
  }, [customerId, known, more, before, before.value, running]);
  const last = known.value?.at(-1);
  if (known.value === null) return <p class="faint small">{t("line.loading")}</p>;
  if (known.value.length === 0) return <p class="faint small">{t("call_log.none")}</p>;
  return (
    <>
      <ul class="call-log">
        {known.value.map((call) => (
          <Logged key={call.call_id} call={call} onCallBack={onCallBack} />
        ))}
      </ul>
      {more.value && last && (
        <button type="button" class="button quiet" onClick={() => (before.value = last.started_at)}>
          {t("call_log.older")}
        </button>
      )}
    </>
  );
}

function Logged({ call, onCallBack }: { call: LoggedCall; onCallBack: ((number: string) => void) | undefined }): JSX.Element {
  return (
    <li>
      <Icon name={call.direction === "in" ? "call_in" : "call_out"} size={14} />
      <span class="grow clip-box">
        <strong class="clip">{call.customer_name || call.number || t("call.withheld")}</strong>
        <span class="small faint">
          <time title={exactTime(call.started_at)}>{timeOrDate(call.started_at, serverNow())}</time> ·{" "}
          {t(`call.outcome.${call.outcome || "running"}`)}
          {call.talked_ms !== null && ` · ${duration(call.talked_ms)}`}
          {call.agents.length > 0 && ` · ${call.agents.join(", ")}`}
        </span>
        {call.recordings.map((url) => (
          <audio key={url} class="call-recording" controls preload="none" src={url} aria-label={t("call_log.recording")} />
        ))}
      </span>
      {onCallBack && call.number !== "" && (
        <button type="button" class="button small" onClick={() => onCallBack(call.number)}>
          {t("call.dial")}
        </button>
      )}
    </li>
  );
}
