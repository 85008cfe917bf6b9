import type { Macro, MacroAction, MacroOutcome } from "@usher/protocol";
import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { queueLabel } from "../i18n/labels";
import { errorKey, tell } from "../live/commands";
import { notify } from "../live/notices";
import { assignments } from "../live/store";
import { useClose } from "../shell/view";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { useSendingId } from "../desk/sending-id";
import { ask, useAsked } from "./asking";
import { openArticle } from "./going";
import { t } from "./words";
import "./knowledge.css";

/** Of a conversation, or of a case. */
type MacrosOf = { conversation_id: string } | { case_id: string };

/** What a macro is run on; null: the conversation is not in hand any more. */
function onWhat(of: MacrosOf): { work_item_id: string } | { case_id: string } | null {
  if ("case_id" in of) return of;
  const item = assignments.value.find((one) => one.conversation.conversation_id === of.conversation_id)?.work_item.work_item_id;
  return item === undefined ? null : { work_item_id: item };
}

/** Macros that apply here: a digit or a press runs one. */
export function MacroDialog({ of }: { of: MacrosOf }): JSX.Element {
  const on = onWhat(of);
  const asked = useAsked(JSON.stringify(of), () => ask({ type: "macros.fetch", ...of }, "macros"));
  const running = useSignal(false);
  const stopped = useSignal<readonly MacroOutcome[]>([]);
  const sending = useSendingId();
  const offered = asked.value.is === "there" ? asked.value.value.macros.filter((macro) => macro.applies) : [];
  const close = useClose();
  const run = async (macro: Macro): Promise<void> => {
    if (on === null || running.peek()) return;
    running.value = true;
    try {
      const ran = await ask({ type: "macro.run", macro_id: macro.macro_id, ...on, client_id: sending.of(macro.macro_id) }, "macro.ran");
      sending.renew();
      stopped.value = ran.outcomes.some((one) => one.outcome === "refused") ? ran.outcomes : [];
      if (stopped.value.length === 0) {
        notify("info", "macro.done");
        close();
      }
    } catch (error) {
      tell(error);
    }
    running.value = false;
  };
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const macro = offered.find((one) => one.keys !== "" && one.keys === event.key);
      if (macro === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      void run(macro);
    };
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
    };
  });
  return (
    <Dialog title={t("macro.title")} onClose={close}>
      {stopped.value.length > 0 && <Stopped outcomes={stopped.value} />}
      {asked.value.is === "loading" && <p class="macro-note faint">{t("line.loading")}</p>}
      {asked.value.is === "failed" && <p class="macro-note faint">{t("error.unavailable")}</p>}
      {asked.value.is === "there" && offered.length === 0 && <p class="macro-note faint">{t("macro.none")}</p>}
      <ul class="macros" aria-busy={running.value}>
        {offered.map((macro) => (
          <li key={macro.macro_id}>
            <button type="button" class="macro" disabled={running.value} onClick={() => void run(macro)}>
              <span class="row-head">
                <strong class="grow">{macro.title}</strong>
                {macro.keys !== "" && <kbd>{macro.keys}</kbd>}
              </span>
              <span class="small faint">{macro.actions.map(told).join(" → ")}</span>
            </button>
          </li>
        ))}
      </ul>
      {asked.value.is === "there" && asked.value.value.may_edit && (
        <p class="macro-note">
          <button
            type="button"
            class="link small"
            onClick={() => {
              close();
              openArticle("macros");
            }}
          >
            {t("macro.edit")}
          </button>
        </p>
      )}
    </Dialog>
  );
}

/** Why a macro went no further, and what became of each of its actions. */
function Stopped({ outcomes }: { outcomes: readonly MacroOutcome[] }): JSX.Element {
  const refused = outcomes.filter((one) => one.outcome === "refused");
  const some = outcomes.some((one) => one.outcome === "done");
  return (
    <div class="macro-refused">
      <div role="alert">
        {refused.map((one, at) => (
          <p key={at}>
            <Icon name="alert" /> {t(some ? "macro.stopped" : "macro.refused", { action: t(`macro.do.${one.do}`) })} {t(errorKey(one.code))}
          </p>
        ))}
      </div>
      <ol class="small" aria-label={t("macro.outcomes")}>
        {outcomes.map((one, at) => (
          <li key={at} data-outcome={one.outcome}>
            {t(`macro.do.${one.do}`)}: {t(`macro.outcome.${one.outcome}`)}
          </li>
        ))}
      </ol>
    </div>
  );
}

function told(action: MacroAction): string {
  const what = t(`macro.do.${action.do}`);
  return action.do === "hand_over" || action.do === "move" ? `${what} (${queueLabel(action.value ?? "")})` : what;
}
