import type { ComponentChildren, JSX, TargetedEvent, TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import type { Ask } from "../account";
import type { TextKey } from "../words";
import { TEXT_LIMIT } from "./composer";
import { useWidget } from "./widget";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;

interface Draft {
  name: string;
  email: string;
  department: string;
  message: string;
}
type Faults = Partial<Record<keyof Draft, string>>;

/** What the account asks before a conversation, and its first message. */
export function Form(): JSX.Element {
  const { chat, words, person, draft, setDraft, opening, go } = useWidget();
  const [filled, setFilled] = useState<Draft>({ ...person, department: "", message: draft });
  const [faults, setFaults] = useState<Faults>({});
  const { pre_chat, departments, agents_online, default_language } = chat.account ?? NOTHING_ASKED;

  const fill = (key: keyof Draft) => (event: TargetedEvent<Filled>) => {
    setFilled({ ...filled, [key]: event.currentTarget.value });
    if (key === "message") setDraft(event.currentTarget.value);
    if (faults[key]) setFaults({ ...faults, [key]: undefined });
  };

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const found = faultsOf(filled, pre_chat, words);
    setFaults(found);
    const [first] = Object.keys(found);
    if (first) return (event.currentTarget.elements.namedItem(first) as HTMLElement | null)?.focus();
    setDraft("");
    chat.begin(filled.message.trim(), opening({ name: filled.name.trim(), email: filled.email.trim() }, filled.department));
    go({ name: "thread" });
  };

  const text = (key: "name" | "email", ask: Ask, keyboard: "text" | "email"): ComponentChildren =>
    ask !== "off" && (
      <Field id={key} label={words.t(key)} optional={ask === "optional"} fault={faults[key]}>
        <input
          {...control(key, faults)}
          type="text"
          inputMode={keyboard}
          autocomplete={key}
          maxLength={200}
          value={filled[key]}
          onInput={fill(key)}
        />
      </Field>
    );

  return (
    <form class="screen form" noValidate onSubmit={submit}>
      {!agents_online && <p class="notice">{words.t("form_away")}</p>}
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
      <Field id="message" label={words.t("message")} optional={false} fault={faults.message}>
        <textarea {...control("message", faults)} data-first rows={4} value={filled.message} onInput={fill("message")} />
      </Field>
      <button class="primary" type="submit">
        {words.t(agents_online ? "start" : "leave_message")}
      </button>
    </form>
  );
}

type Filled = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const NOTHING_ASKED = { pre_chat: { name: "off", email: "off" }, departments: [], agents_online: true, default_language: "en" } as const;

function control(id: keyof Draft, faults: Faults): { id: string; name: string; "aria-invalid": boolean; "aria-describedby"?: string } {
  const invalid = Boolean(faults[id]);
  return { id, name: id, "aria-invalid": invalid, ...(invalid && { "aria-describedby": `${id}-fault` }) };
}

function faultsOf(
  draft: Draft,
  asked: { name: Ask; email: Ask },
  words: { t(key: TextKey): string; count(key: "too_long", n: number): string },
): Faults {
  const faults: Faults = {};
  if (asked.name === "required" && !draft.name.trim()) faults.name = words.t("missing");
  if (asked.email === "required" && !draft.email.trim()) faults.email = words.t("missing");
  else if (asked.email !== "off" && draft.email.trim() && !EMAIL.test(draft.email.trim())) faults.email = words.t("email_wrong");
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
