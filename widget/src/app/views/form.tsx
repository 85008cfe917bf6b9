import type { ComponentChildren, JSX, TargetedEvent, TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import type { Ask } from "../account";
import { closedFor, closedWords } from "../closed";
import type { TextKey } from "../words";
import { TEXT_LIMIT } from "./composer";
import { useWidget } from "./widget";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;

interface Draft {
  name: string;
  email: string;
  department: string;
  phone: string;
  message: string;
}
type Faults = Partial<Record<keyof Draft, string>>;

/** What the account asks before a conversation, and its first message. */
export function Form(): JSX.Element | null {
  const { chat, words, person, draft, setDraft, opening, go } = useWidget();
  const [filled, setFilled] = useState<Draft>({ ...person, department: "", phone: "", message: draft });
  const [faults, setFaults] = useState<Faults>({});
  const { account } = chat;
  if (!account) return null; // nobody is sent here before it is known
  const { pre_chat, departments, default_language, bot } = account;
  const answered = bot || account.agents_online;
  const closed = bot ? null : closedFor(account, filled.department);
  const calls = closed?.action === "callback";
  const refuses = closed?.action === "announce" && !closed.busy;

  const fill = (key: keyof Draft) => (event: TargetedEvent<Filled>) => {
    setFilled({ ...filled, [key]: event.currentTarget.value });
    if (key === "message") setDraft(event.currentTarget.value);
    if (faults[key]) setFaults({ ...faults, [key]: undefined });
  };

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (refuses) return;
    const found = faultsOf(filled, { ...pre_chat, phone: calls && !closed.busy }, words);
    setFaults(found);
    const [first] = Object.keys(found);
    if (first) return (event.currentTarget.elements.namedItem(first) as HTMLElement | null)?.focus();
    setDraft("");
    const named = { name: filled.name.trim(), email: filled.email.trim() };
    chat.begin(filled.message.trim(), opening(named, filled.department, calls ? filled.phone.trim() : ""));
    go({ name: "thread" });
  };

  const text = (key: "name" | "email" | "phone", ask: Ask, keyboard: "text" | "email" | "tel"): ComponentChildren =>
    ask !== "off" && (
      <Field id={key} label={words.t(key)} optional={ask === "optional"} fault={faults[key]}>
        <input
          {...control(key, faults)}
          type="text"
          inputMode={keyboard}
          autocomplete={key === "phone" ? "tel" : key}
          maxLength={key === "phone" ? 40 : 200}
          value={filled[key]}
          onInput={fill(key)}
        />
      </Field>
    );

  return (
    <form class="screen form" noValidate onSubmit={submit}>
      {closed ? (
        <p class="notice">
          {closedWords(closed, words, chat.serverNow())}{" "}
          {closed.busy ? calls && words.t("busy_call") : !refuses && words.t(calls ? "closed_call" : "closed_kept")}
        </p>
      ) : (
        !answered && <p class="notice">{words.t("form_away")}</p>
      )}
      {text("name", pre_chat.name, "text")}
      {text("email", pre_chat.email, "email")}
      {departments.length > 0 && (
        <Field id="department" label={words.t("department")} optional={false} fault={undefined}>
          <select {...control("department", faults)} value={filled.department} onChange={fill("department")}>
            <option value="">{words.t("department_any")}</option>
            {departments.map(({ name, labels }) => (
              <option key={name} value={name}>
                {labels[words.language] ?? labels[default_language] ?? name}
              </option>
            ))}
          </select>
        </Field>
      )}
      {calls && text("phone", closed.busy ? "optional" : "required", "tel")}
      <Field id="message" label={words.t("message")} optional={false} fault={faults.message}>
        <textarea {...control("message", faults)} data-first rows={4} value={filled.message} onInput={fill("message")} />
      </Field>
      <button class="primary" type="submit" aria-disabled={refuses}>
        {words.t(calls && !closed.busy ? "ask_call" : answered && (!closed || calls) ? "start" : "leave_message")}
      </button>
    </form>
  );
}

type Filled = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function control(id: keyof Draft, faults: Faults): { id: string; name: string; "aria-invalid": boolean; "aria-describedby"?: string } {
  const invalid = Boolean(faults[id]);
  return { id, name: id, "aria-invalid": invalid, ...(invalid && { "aria-describedby": `${id}-fault` }) };
}

function faultsOf(
  draft: Draft,
  asked: { name: Ask; email: Ask; phone: boolean },
  words: { t(key: TextKey): string; count(key: "too_long", n: number): string },
): Faults {
  const faults: Faults = {};
  if (asked.name === "required" && !draft.name.trim()) faults.name = words.t("missing");
  if (asked.email === "required" && !draft.email.trim()) faults.email = words.t("missing");
  else if (asked.email !== "off" && draft.email.trim() && !EMAIL.test(draft.email.trim())) faults.email = words.t("email_wrong");
  if (asked.phone && !draft.phone.trim()) faults.phone = words.t("missing");
  if (!draft.message.trim()) faults.message = words.t("missing");
  else if (draft.message.length > TEXT_LIMIT) faults.message = words.count("too_long", draft.message.length - TEXT_LIMIT);
  return faults;
}

interface FieldProps {
  id: string;
  label: string;
  optional: boolean;
  fault: string | undefined;
  children: ComponentChildren;
}

function Field({ id, label, optional, fault, children }: FieldProps): JSX.Element {
  const { words } = useWidget();
  return (
    <div class="field">
      <label for={id}>
        {label} {optional && <small>({words.t("optional")})</small>}
      </label>
      {children}
      {fault && (
        <p id={`${id}-fault`} class="fault">
          {fault}
        </p>
      )}
    </div>
  );
}
