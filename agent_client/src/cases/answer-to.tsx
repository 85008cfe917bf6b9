import type { CaseDetail } from "@usher/protocol";
import type { JSX } from "preact";
import type { Signal } from "@preact/signals";

import { channelLabel } from "../i18n/labels";
import { shortDate } from "../i18n/times";
import { t } from "./words";

type Spoken = CaseDetail["conversations"][number];

/** In which conversation the answer goes, and another one to choose; what the customer wrote in last unless said otherwise. */
export function AnswerTo({ of: { conversations, answer_to: usual }, chosen }: { of: CaseDetail; chosen: Signal<string> }): JSX.Element {
  const reached = conversations.filter((one) => one.reaches);
  const to = reached.find((one) => one.conversation_id === (chosen.value || usual));
  if (to === undefined) return <p class="small faint">{t("cases.answer_nowhere")}</p>;
  if (reached.length === 1)
    return (
      <p class="small faint clip">
        {t("cases.answer_to")}: {nameOf(to)}
      </p>
    );
  return (
    <label class="answer-to small">
      <span class="faint">{t("cases.answer_to")}</span>
      <select class="field" value={to.conversation_id} onChange={({ currentTarget }) => (chosen.value = currentTarget.value)}>
        {reached.map((one) => (
          <option key={one.conversation_id} value={one.conversation_id}>
            {nameOf(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** E-mail · Where is my parcel? · last written to on 22 Nov 2026 */
function nameOf({ channel, subject, started_at, written_at }: Spoken): string {
  return [channelLabel(channel), subject, t("cases.wrote_on", { date: shortDate(written_at ?? started_at) })].filter(Boolean).join(" · ");
}
