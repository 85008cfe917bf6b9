import type { Step } from "@usher/protocol";
import type { JSX } from "preact";
import { useId, useMemo, useRef } from "preact/hooks";
import { computed, useSignal } from "@preact/signals";

import { exactTime, timeOrDate } from "../i18n/times";
import { serverNow, tick } from "../live/server-time";
import { closeStep, replyToStep } from "../live/steps";
import { departments } from "../live/store";
import { dueOf, isOver, lengthOf, REPLY_CHARS } from "../state/steps";
import { Age, Until } from "../ui/age";
import { Icon } from "../ui/icon";
import { useSendingId } from "../desk/sending-id";
import { t } from "./words";

/** One step: what was asked, how it stands, how long it still has, and what I may do about it. */
export function StepCard({ step }: { step: Step }): JSX.Element {
  const heading = useId();
  const card = useRef<HTMLElement>(null);
  const over = isOver(step);
  return (
    <article ref={card} class="step" data-state={step.state} aria-labelledby={heading} tabIndex={-1}>
      <h4 id={heading}>
        <span class="faint small">{departmentLabel(step.department)}</span> {step.subject}
      </h4>
      <p class="step-facts small">
        <span class="tag" data-state={step.state}>
          {t(`step.state.${step.state}`)}
        </span>
        {step.owner_name !== "" && (
          <span class="with-icon">
            <Icon name="user" size={13} /> {step.owner_name}
          </span>
        )}
        <Due step={step} />
      </p>
      <p class="step-facts small faint">
        <time dateTime={new Date(step.opened_at).toISOString()} title={exactTime(step.opened_at)}>
          {t("step.asked", { time: timeOrDate(step.opened_at, serverNow()) })}
        </time>
        <span class="with-icon">
          <Icon name={step.posted ? "check" : "clock"} size={13} /> {t(step.posted ? "step.posted" : "step.not_posted")}
        </span>
        {step.reminders > 0 && <span>{t("step.reminded", { count: step.reminders })}</span>}
      </p>
      <details class="small">
        <summary>{t("step.excerpt")}</summary>
        <p class="step-excerpt">{step.excerpt}</p>
      </details>
      {/* Its buttons go when it is over: the focus must not go with them. */}
      {!over && <Answer step={step} onClosed={() => card.current?.focus()} />}
    </article>
  );
}

function departmentLabel(key: string): string {
  return departments.value.find((one) => one.key === key)?.label ?? key;
}

/** Counted on the server's clock. Drawn again when its time has come, not with every second. */
function Due({ step }: { step: Step }): JSX.Element | null {
  const due = useMemo(() => computed(() => dueOf(step, tick.value)), [step]).value;
  if (due === null) return null;
  return (
    <span class="step-due with-icon" data-due={due} title={exactTime(step.due_at)}>
      <Icon name={due === "overdue" ? "alert" : "clock"} size={13} /> {t(`step.due.${due}`)}{" "}
      {due === "overdue" ? <Age since={step.due_at} /> : <Until at={step.due_at} />}
    </span>
  );
}

/** A word into the department's thread, or the end of it. */
function Answer({ step, onClosed }: { step: Step; onClosed: () => void }): JSX.Element {
  const text = useSignal("");
  const busy = useSignal(false);
  const field = useId();
  const sending = useSendingId();
  const words = text.value.trim();
  const sendable = words !== "" && lengthOf(words) <= REPLY_CHARS;
  const doing = async (work: () => Promise<boolean>): Promise<boolean> => {
    if (busy.peek()) return false;
    busy.value = true;
    const done = await work();
    busy.value = false;
    return done;
  };
  const reply = async (): Promise<void> => {
    if (!sendable || !(await doing(() => replyToStep(step.step_id, words, sending.of(words))))) return;
    sending.renew();
    if (text.peek().trim() === words) text.value = ""; // else they have gone on writing
  };
  const close = async (isDone: boolean): Promise<void> => {
    if (await doing(() => closeStep(step.step_id, isDone))) onClosed();
  };
  return (
    <form
      class="step-answer"
      onSubmit={(event) => {
        event.preventDefault();
        void reply();
      }}
    >
      <label class="only-heard" for={field}>
        {t("step.reply_to", { name: departmentLabel(step.department) })}
      </label>
      <div class="step-reply">
        <textarea
          id={field}
          class="field"
          rows={1}
          placeholder={t("step.reply_to", { name: departmentLabel(step.department) })}
          value={text.value}
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
          onKeyDown={(event) => {
            // As in the composer: Enter that ends a composition (input methods) is not an order to send.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            void reply();
          }}
        />
        <button type="submit" class="button quiet square" aria-label={t("action.send")} disabled={busy.value || !sendable}>
          <Icon name="send" />
        </button>
      </div>
      <div class="step-acts">
        <button type="button" class="button small" disabled={busy.value} onClick={() => void close(true)}>
          <Icon name="check" size={13} /> {t("step.done")}
        </button>
        <button type="button" class="button quiet small" disabled={busy.value} onClick={() => void close(false)}>
          {t("step.cancel")}
        </button>
      </div>
    </form>
  );
}
