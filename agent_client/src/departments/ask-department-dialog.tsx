import type { Message } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { type Signal, useComputed, useSignal } from "@preact/signals";

import { clockTime, duration, exactTime } from "../i18n/times";
import { tick } from "../live/server-time";
import { askDepartment } from "../live/steps";
import { assignments, departments } from "../live/store";
import { useClose } from "../shell/view";
import { EXCERPT_CHARS, lengthOf, quotable, SUBJECT_CHARS, withWords } from "../state/steps";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { authorName } from "../desk/message-row";
import { useSendingId } from "../desk/sending-id";
import { t } from "./words";
import "./departments.css";

const HOUR_S = 3_600;
const DUE_CHOICES_S = [HOUR_S / 2, HOUR_S, 2 * HOUR_S, 4 * HOUR_S, 8 * HOUR_S, 24 * HOUR_S, 72 * HOUR_S, 168 * HOUR_S];

/** Ask a department: nothing leaves the house but what is written here. */
export function AskDepartmentDialog({ conversationId }: { conversationId: string }): JSX.Element {
  const assignment = assignments.value.find((one) => one.conversation.conversation_id === conversationId);
  const department = useSignal(departments.value[0]?.key ?? "");
  const subject = useSignal("");
  const excerpt = useSignal("");
  const dueS = useSignal(0);
  const busy = useSignal(false);
  const sending = useSendingId();
  const ids = useId();
  const isComplete = fits(subject.value, SUBJECT_CHARS) && fits(excerpt.value, EXCERPT_CHARS);
  const usual = departments.value.find((one) => one.key === department.value)?.due_s ?? 0;
  const close = useClose();
  const ask = async (): Promise<void> => {
    if (!isComplete || busy.peek()) return;
    const asking = {
      conversation_id: conversationId,
      department: department.peek(),
      subject: subject.peek().trim(),
      excerpt: excerpt.peek().trim(),
      due_s: dueS.peek(),
    };
    busy.value = true;
    const done = await askDepartment(asking, sending.of(JSON.stringify(asking)));
    busy.value = false;
    if (done) close();
  };
  return (
    <Dialog title={t("step.ask")} wide onClose={close}>
      <form
        class="form ask-department"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <label for={`${ids}department`}>{t("step.department")}</label>
        <select id={`${ids}department`} class="field" value={department.value} onChange={({ currentTarget }) => (department.value = currentTarget.value)}>
          {departments.value.map((one) => (
            <option key={one.key} value={one.key}>
              {one.label}
            </option>
          ))}
        </select>
        <label for={`${ids}subject`}>{t("step.subject")}</label>
        <input
          id={`${ids}subject`}
          class="field"
          required
          autoFocus
          maxLength={SUBJECT_CHARS}
          value={subject.value}
          onInput={({ currentTarget }) => (subject.value = currentTarget.value)}
        />
        <label for={`${ids}excerpt`}>{t("step.excerpt")}</label>
        <textarea
          id={`${ids}excerpt`}
          class="field"
          rows={5}
          required
          aria-describedby={`${ids}private`}
          value={excerpt.value}
          onInput={({ currentTarget }) => (excerpt.value = currentTarget.value)}
        />
        <p id={`${ids}private`} class="small private">
          <Icon name="eye" size={14} /> {t("step.private")}
        </p>
        <Quotes messages={quotable(assignment?.conversation.messages ?? [])} into={excerpt} />
        <label for={`${ids}due`}>{t("step.due")}</label>
        <div class="step-until">
          <select id={`${ids}due`} class="field" value={String(dueS.value)} onChange={({ currentTarget }) => (dueS.value = Number(currentTarget.value))}>
            <option value="0">{t("step.due_usual", { time: duration(usual * 1_000) })}</option>
            {DUE_CHOICES_S.map((seconds) => (
              <option key={seconds} value={seconds}>
                {duration(seconds * 1_000)}
              </option>
            ))}
          </select>
          <DueAt key={dueS.value || usual} inS={dueS.value || usual} />
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={close}>
            {t("action.cancel")}
          </button>
          <button type="submit" class="button primary" disabled={!isComplete || busy.value}>
            {t("step.send")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function fits(text: string, chars: number): boolean {
  const length = lengthOf(text.trim());
  return length > 0 && length <= chars;
}

/** Choose something that was said, and put its words into the excerpt. */
function Quotes({ messages, into }: { messages: readonly Message[]; into: Signal<string> }): JSX.Element | null {
  const chosen = useSignal(messages[0]?.n ?? 0);
  const id = useId();
  if (messages.length === 0) return null;
  const insert = (): void => {
    const message = messages.find((one) => one.n === chosen.peek());
    if (message) into.value = withWords(into.peek(), message);
  };
  return (
    <div class="quotes">
      <label class="small" for={id}>
        {t("step.message")}
      </label>
      <select id={id} class="field" value={String(chosen.value)} onChange={({ currentTarget }) => (chosen.value = Number(currentTarget.value))}>
        {messages.map((one) => (
          <option key={one.n} value={one.n}>
            {clockTime(one.at)} {authorName(one)}: {one.text.slice(0, 80)}
          </option>
        ))}
      </select>
      <button type="button" class="button" onClick={insert}>
        {t("step.insert")}
      </button>
    </div>
  );
}

/** Until when that is, as the server's clock goes on. */
function DueAt({ inS }: { inS: number }): JSX.Element {
  const text = useComputed(() => exactTime(Math.floor((tick.value + inS * 1_000) / 60_000) * 60_000));
  return <span class="small faint numeric">{text}</span>;
}
