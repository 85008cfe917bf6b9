import type { Case } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import type { About } from "../context/about";
import { printed } from "../keys/chord";
import { cases, casesOf } from "../live/cases";
import { dialog } from "../shell/view";
import { Icon } from "../ui/icon";
import { clockKey, MilestoneClock } from "../desk/milestone-clock";
import { fetchIndex, index } from "./case-index";
import { CaseFields } from "./case-fields";
import { CaseLink } from "./case-facts";
import "./cases.css";
import { t } from "./words";

/** The case in view, or those the conversation in view belongs to; where there is none, the way to one. */
export function CaseSection({ about: { case_id, conversation_id } }: { about: About }): JSX.Element | null {
  const chosen = useSignal(0);
  useEffect(() => {
    if (index.peek() === null) void fetchIndex();
  }, []);
  if (case_id !== null) {
    const one = cases.value.get(case_id);
    return one ? <OneCase of={one} /> : null;
  }
  const known = casesOf(conversation_id ?? "");
  if (known === null) return <p class="faint small">{t("line.loading")}</p>;
  const shown = known[Math.min(chosen.value, known.length - 1)];
  if (!shown) return <NoCase conversationId={conversation_id ?? ""} />;
  return (
    <>
      {known.length > 1 && (
        <select class="field" aria-label={t("context.case")} value={chosen.value} onChange={({ currentTarget }) => (chosen.value = Number(currentTarget.value))}>
          {known.map((one, place) => (
            <option key={one.case_id} value={place}>
              #{one.number} {one.subject}
            </option>
          ))}
        </select>
      )}
      <p class="case-name">
        <CaseLink of={shown} />
      </p>
      <OneCase key={shown.case_id} of={shown} />
    </>
  );
}

function OneCase({ of: one }: { of: Case }): JSX.Element {
  return (
    <>
      <Clocks of={one} />
      <CaseFields of={one} />
    </>
  );
}

/** Every promise to the customer, by the second. */
function Clocks({ of: one }: { of: Case }): JSX.Element | null {
  if (one.milestones.length === 0) return null;
  return (
    <ul class="clocks" aria-label={t("cases.milestones")}>
      {one.milestones.map((milestone) => (
        <li key={clockKey(milestone)}>
          <MilestoneClock milestone={milestone} />
        </li>
      ))}
    </ul>
  );
}

function NoCase({ conversationId }: { conversationId: string }): JSX.Element {
  return (
    <>
      <p class="faint small">{t("cases.none_of_conversation")}</p>
      <button type="button" class="button" title={printed("Alt+KeyV").join(" ")} onClick={() => (dialog.value = { kind: "new_case", conversation_id: conversationId })}>
        <Icon name="plus" /> {t("action.new_case")}
      </button>
    </>
  );
}
