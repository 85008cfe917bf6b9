import type { TemplateChoice } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { languageName } from "../i18n/times";
import { notify } from "../live/notices";
import { send } from "../live/sending";
import { assignments } from "../live/store";
import { filledIn, isComplete, variablesOf } from "../state/template";
import { dialog } from "../shell/view";
import { Dialog } from "../ui/dialog";

/** Messages the provider has approved: choose one, fill its places, read what it says, send it. */
export function TemplateDialog({ conversationId }: { conversationId: string }): JSX.Element {
  const assignment = assignments.value.find((one) => one.conversation.conversation_id === conversationId);
  const templates = assignment?.conversation.can?.templates ?? [];
  const chosen = useSignal(templates[0]?.name ?? "");
  const variables = useSignal<readonly string[]>([]);
  const template = templates.find((one) => one.name === chosen.value);
  const close = (): void => {
    dialog.value = null;
  };
  const submit = (): void => {
    if (!template || !isComplete(template.text, variables.value)) return;
    const filled = Array.from({ length: variablesOf(template.text) }, (_, at) => (variables.value[at] ?? "").trim());
    const also = { files: [], quick_replies: [], template: template.name, variables: filled };
    if (send(conversationId, filledIn(template.text, filled), "text", also)) close();
    else notify("bad", "message.too_many_unsent");
  };
  return (
    <Dialog title={t("template.title", { name: assignment?.work_item.customer.name || t("customer.unnamed") })} wide onClose={close}>
      <form
        class="form templates"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <fieldset>
          <legend class="only-heard">{t("template.choose")}</legend>
          {templates.map((one) => (
            <Choice key={one.name} template={one} chosen={one.name === chosen.value} onChoose={() => (chosen.value = one.name)} />
          ))}
        </fieldset>
        {template && <Variables template={template} values={variables.value} onChange={(values) => (variables.value = values)} />}
        {template && (
          <section class="template-preview" aria-label={t("template.preview")}>
            <h3 class="small faint">{t("template.preview")}</h3>
            <p class="bubble">{filledIn(template.text, variables.value)}</p>
          </section>
        )}
        <footer class="dialog-foot">
          <button type="submit" class="button primary" disabled={!template || !isComplete(template.text, variables.value)}>
            {t("action.send")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface ChoiceProps {
  template: TemplateChoice;
  chosen: boolean;
  onChoose: () => void;
}

function Choice({ template, chosen, onChoose }: ChoiceProps): JSX.Element {
  return (
    <label class="template">
      <input type="radio" name="template" checked={chosen} onChange={onChoose} />
      <span class="clip-box">
        <strong>{template.label}</strong> <span class="small faint">{languageName(template.language.replace("_", "-"))}</span>
        <span class="clip small faint">{template.text}</span>
      </span>
    </label>
  );
}

interface VariablesProps {
  template: TemplateChoice;
  values: readonly string[];
  onChange: (values: readonly string[]) => void;
}

function Variables({ template, values, onChange }: VariablesProps): JSX.Element {
  const ids = useId();
  const places = Array.from({ length: variablesOf(template.text) }, (_, at) => at);
  return (
    <>
      {places.map((at) => (
        <div key={at} class="template-variable">
          <label for={`${ids}${at}`}>{t("template.variable", { number: at + 1 })}</label>
          <input
            id={`${ids}${at}`}
            class="field"
            value={values[at] ?? ""}
            onInput={({ currentTarget }) => onChange(places.map((place) => (place === at ? currentTarget.value : (values[place] ?? ""))))}
          />
        </div>
      ))}
    </>
  );
}
