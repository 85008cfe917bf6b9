import type { Case, CaseDetail } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { ContextColumn } from "../context/column";
import { openMacros, toggleContext } from "../keys/actions";
import { settings } from "../live/settings";
import { me } from "../live/store";
import { go } from "../router";
import { contextSheet, hasContextColumn } from "../shell/view";
import { Age } from "../ui/age";
import { Icon } from "../ui/icon";
import { takeFocus } from "../ui/take-focus";
import { AnswerForm } from "./answer-form";
import { CaseLink, customerOf, PriorityTag, StatusTag } from "./case-facts";
import { changeCase } from "./commands";
import { FeedList } from "./feed-list";
import { open, opened, openedCase } from "./opened";
import { type Key, t } from "./words";

/** One case: what happened, what can be said, and beside it all that is known of it. */
export function CasePage({ number }: { number: number }): JSX.Element {
  useEffect(() => open(number), [number]);
  const now = opened.value;
  const one = openedCase.value;
  if (now.is !== "there" || one === null) return <Missing is={now.is === "there" ? "loading" : now.is} />;
  const context = hasContextColumn.value ? settings.value.context_open : contextSheet.value;
  const about = { customer_id: one.customer.customer_id, conversation_id: one.conversation_id, case_id: one.case_id, assignment: null };
  return (
    <main class="case-page" data-context={context} tabIndex={-1}>
      <article class="case-main" aria-labelledby="case-title">
        <Head of={one} may={now.detail.may_change} contextShown={context} />
        <Viewers of={now.detail} />
        <div class="case-body">
          {now.detail.may_change ? <AnswerForm key={one.case_id} of={one} detail={now.detail} /> : <p class="hint small">{t("cases.read_only")}</p>}
          <FeedList caseId={one.case_id} />
        </div>
      </article>
      {context && <ContextColumn about={about} />}
    </main>
  );
}

function Missing({ is }: { is: "loading" | "failed" | "unknown" }): JSX.Element {
  return (
    <main class="page loading" tabIndex={-1} aria-busy={is === "loading"}>
      {is === "loading" ? (
        <p class="faint">
          <span class="spinner" aria-hidden="true" /> {t("line.loading")}
        </p>
      ) : (
        <div class="empty">
          <Icon name="cases" size={28} />
          <h2>{t(is === "unknown" ? "error.unknown_case" : "cases.failed")}</h2>
          <button type="button" class="button" onClick={back}>
            {t("cases.back")}
          </button>
        </div>
      )}
    </main>
  );
}

const back = (): void => go({ page: "cases", path: [] });

/** may: it may be changed by me. */
function Head({ of: one, may, contextShown }: { of: Case; may: boolean; contextShown: boolean }): JSX.Element {
  const mine = one.owner_id === me.value?.agent_id;
  return (
    <header class="conversation-head case-head">
      <button type="button" class="button quiet square" aria-label={t("cases.back")} onClick={back}>
        <Icon name="back" size={20} />
      </button>
      <div class="grow clip-box">
        <Subject of={one} />
        <p class="faint small clip">
          <StatusTag of={one} /> <PriorityTag of={one} /> {customerOf(one)} · {t("cases.begun")} <Age since={one.created_at} />
        </p>
      </div>
      {may && !mine && one.status !== "closed" && (
        <button type="button" class="button" aria-label={t("cases.take")} onClick={() => void changeCase(one, { owner_id: me.peek()?.agent_id ?? "" })}>
          <Icon name="hand" /> <span class="wide-only">{t("cases.take")}</span>
        </button>
      )}
      {may && (
        <button type="button" class="button" aria-label={t("cases.macros")} title={t("macro.run")} onClick={openMacros}>
          <Icon name="choices" /> <span class="wide-only">{t("cases.macros")}</span>
        </button>
      )}
      {may && <StatusButton of={one} />}
      <button type="button" class="button quiet square" aria-pressed={contextShown} aria-label={t("action.toggle_context")} onClick={toggleContext}>
        <Icon name="side" size={18} />
      </button>
    </header>
  );
}

/** What most cases need next: to be worked on, to be closed, to be opened again. */
function StatusButton({ of: one }: { of: Case }): JSX.Element {
  const [text, status]: [Key, Case["status"]] = one.status === "closed" ? ["cases.reopen", "working"] : ["cases.close", "closed"];
  return (
    <button type="button" class="button" aria-label={t(text)} onClick={() => void changeCase(one, { status })}>
      <Icon name={one.status === "closed" ? "back" : "check"} /> <span class="wide-only">{t(text)}</span>
    </button>
  );
}

const SUBJECT_CHARS = 300;

/** The title, which turns into a field to change it. */
function Subject({ of: one }: { of: Case }): JSX.Element {
  const wish = useSignal<string | null>(null);
  const save = async (): Promise<void> => {
    const subject = (wish.peek() ?? "").trim();
    if (subject === "" || subject === one.subject || (await changeCase(one, { subject })) !== null) wish.value = null;
  };
  if (wish.value === null)
    return (
      <h2 class="case-title" id="case-title">
        <span class="faint numeric">#{one.number}</span>{" "}
        <button type="button" class="link case-subject" title={t("cases.rename")} onClick={() => (wish.value = one.subject)}>
          {one.subject || t("cases.no_subject")}
        </button>
      </h2>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2 class="only-heard" id="case-title">
        #{one.number} {one.subject}
      </h2>
      <input
        class="field"
        ref={takeFocus}
        maxLength={SUBJECT_CHARS}
        aria-label={t("cases.subject")}
        value={wish.value}
        onInput={({ currentTarget }) => (wish.value = currentTarget.value)}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (event.key === "Escape") wish.value = null;
        }}
      />
    </form>
  );
}

/** Who else has it open, so that two do not answer the same customer; and what it belongs to. */
function Viewers({ of: { viewers, parent } }: { of: CaseDetail }): JSX.Element {
  const names = viewers.filter((one) => one.agent_id !== me.value?.agent_id).map((one) => one.name);
  return (
    <>
      <div role="status">
        {names.length > 0 && (
          <p class="collision">
            <Icon name="eye" /> {t("cases.also_open", { count: names.length, names: names.join(", ") })}
          </p>
        )}
      </div>
      {parent !== null && (
        <p class="case-parent small">
          {t("cases.part_of")} <CaseLink of={parent} />
        </p>
      )}
    </>
  );
}
