import type { JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { channelLabel } from "../i18n/labels";
import { casesOf, takeBelonging } from "../live/cases";
import { assignments, queues } from "../live/store";
import { go } from "../router";
import { useClose } from "../shell/view";
import { Dialog } from "../ui/dialog";
import { useSendingId } from "../desk/sending-id";
import { fetchIndex } from "./case-index";
import { casePath } from "./case-facts";
import { oneCase } from "./commands";
import { PRIORITIES } from "./filter";
import "./cases.css";
import { TypeField } from "./type-field";
import { t } from "./words";

const SUBJECT_CHARS = 300;
/** How a matter may come that no channel of ours carries. */
const BY_HAND = ["manual", "email", "voice", "webform"] as const;

/** A new case: of the conversation in view, or of a letter, a visit, a call taken elsewhere ("" as conversation). */
export function NewCaseDialog({ conversationId }: { conversationId: string }): JSX.Element {
  const work = assignments.value.find((one) => one.conversation.conversation_id === conversationId) ?? null;
  const subject = useSignal("");
  const type = useSignal("");
  const priority = useSignal("");
  const queue = useSignal("");
  const text = useSignal("");
  const channel = useSignal<(typeof BY_HAND)[number]>("manual");
  const customer = useSignal({ name: "", email: "", phone: "" });
  const busy = useSignal(false);
  const close = useClose();
  const sending = useSendingId();
  const id = useId();
  useEffect(() => void fetchIndex(), []);

  const create = async (): Promise<void> => {
    if (busy.peek()) return;
    busy.value = true;
    const what = {
      conversation_id: conversationId,
      customer: work === null ? customer.peek() : null,
      subject: subject.peek().trim(),
      case_type: type.peek(),
      priority: PRIORITIES.find((one) => one === priority.peek()) ?? null,
      queue: queue.peek(),
      text: text.peek().trim(),
      channel: channel.peek(),
      mine: true,
    };
    const made = await oneCase({ type: "case.create", client_id: sending.of(JSON.stringify(what)), ...what });
    busy.value = false;
    if (made === null) return;
    close();
    if (work !== null) takeBelonging(conversationId, [made, ...(casesOf(conversationId) ?? [])]);
    else go(casePath(made));
  };
  return (
    <Dialog title={t("action.new_case")} onClose={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        {work !== null && <p class="small faint">{t("cases.new_of", { name: work.work_item.customer.name || t("customer.unnamed") })}</p>}
        <label for={`${id}subject`}>{t("cases.subject")}</label>
        <input id={`${id}subject`} class="field" autoFocus maxLength={SUBJECT_CHARS} value={subject.value} onInput={({ currentTarget }) => (subject.value = currentTarget.value)} />
        <span>{t("cases.type")}</span>
        <TypeField value={type.value} onChoose={(key) => (type.value = key)} />
        <div class="form-pair">
          <Select id={`${id}priority`} text={t("cases.priority")} value={priority.value} onChoose={(value) => (priority.value = value)} options={PRIORITIES.map((one) => [one, t(`cases.priority.${one}`)])} />
          <Select id={`${id}queue`} text={t("cases.queue")} value={queue.value} onChoose={(value) => (queue.value = value)} options={queues.value.map(({ name, label }) => [name, label])} />
        </div>
        <p class="small faint">{t("cases.by_rules")}</p>
        {work === null && (
          <>
            <div class="form-pair">
              {(["name", "email", "phone"] as const).map((name) => (
                <span key={name}>
                  <label for={`${id}${name}`}>{t(`cases.customer.${name}`)}</label>
                  <input id={`${id}${name}`} class="field" inputMode={MODES[name]} autoComplete="off" value={customer.value[name]} onInput={({ currentTarget }) => (customer.value = { ...customer.peek(), [name]: currentTarget.value })} />
                </span>
              ))}
              <span>
                <label for={`${id}channel`}>{t("cases.came_by")}</label>
                <select id={`${id}channel`} class="field" value={channel.value} onChange={({ currentTarget }) => (channel.value = BY_HAND.find((one) => one === currentTarget.value) ?? "manual")}>
                  {BY_HAND.map((one) => (
                    <option key={one} value={one}>
                      {channelLabel(one)}
                    </option>
                  ))}
                </select>
              </span>
            </div>
          </>
        )}
        <label for={`${id}text`}>{t("cases.first_note")}</label>
        <textarea id={`${id}text`} class="field" rows={3} value={text.value} onInput={({ currentTarget }) => (text.value = currentTarget.value)} />
        <div class="dialog-foot">
          <button type="button" class="button" onClick={close}>
            {t("action.cancel")}
          </button>
          <button type="submit" class="button primary" disabled={busy.value || (work === null && subject.value.trim() === "")}>
            {t("cases.create")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

const MODES = { name: "text", email: "email", phone: "tel" } as const;

interface SelectProps {
  id: string;
  text: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChoose: (value: string) => void;
}

function Select({ id, text, value, options, onChoose }: SelectProps): JSX.Element {
  return (
    <span>
      <label for={id}>{text}</label>
      <select id={id} class="field" value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        <option value="">{t("cases.by_itself")}</option>
        {options.map(([option, label]) => (
          <option key={option} value={option}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}
