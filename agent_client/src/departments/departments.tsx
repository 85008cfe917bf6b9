import type { Step } from "@usher/protocol";
import type { JSX } from "preact";

import type { About } from "../context/about";
import { printed } from "../keys/chord";
import { fetchSteps, unfetched } from "../live/steps";
import { departments, steps } from "../live/store";
import { dialog } from "../shell/view";
import { Icon } from "../ui/icon";
import { StepCard } from "./step-card";
import { t } from "./words";
import "./departments.css";

/** What other departments were asked about this conversation. */
export function Departments({ about: { conversation_id: id } }: { about: About }): JSX.Element | null {
  if (id === null) return null;
  return (
    <>
      {unfetched.value === id && <Failed conversationId={id} />}
      <StepList steps={steps.value.get(id) ?? []} />
      {departments.value.length > 0 && (
        <button
          type="button"
          class="button"
          title={printed("Alt+KeyO").join(" ")}
          onClick={() => (dialog.value = { kind: "ask_department", conversation_id: id })}
        >
          <Icon name="forward" /> {t("step.ask")}
        </button>
      )}
    </>
  );
}

function StepList({ steps: known }: { steps: readonly Step[] }): JSX.Element {
  if (known.length === 0) return <p class="faint small">{t("step.none")}</p>;
  return (
    <ul class="steps">
      {known.map((step) => (
        <li key={step.step_id}>
          <StepCard step={step} />
        </li>
      ))}
    </ul>
  );
}

function Failed({ conversationId }: { conversationId: string }): JSX.Element {
  return (
    <p class="small" role="status">
      {t("step.unfetched")}{" "}
      <button type="button" class="link" onClick={() => void fetchSteps(conversationId)}>
        {t("action.try_again")}
      </button>
    </p>
  );
}
