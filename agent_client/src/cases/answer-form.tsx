import type { AnswerCase, Case, CaseDetail, CommandOf } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { cases } from "../live/cases";
import { done, errorKey } from "../live/commands";
import { command } from "../live/link";
import { changeDraft, draftOf } from "../live/drafts";
import { Icon } from "../ui/icon";
import { useSendingId } from "../desk/sending-id";
import { AnswerTo } from "./answer-to";
import { told } from "./commands";
import { refreshFeed } from "./opened";
import { t } from "./words";

/** Words for staff, or for the customer; for the customers of all cases grouped here, if wanted. */
export function AnswerForm({ of: one, detail }: { of: Case; detail: CaseDetail }): JSX.Element {
  const key = `case:${one.case_id}`;
  const draft = draftOf(key);
  const busy = useSignal(false);
  const children = useSignal(true);
  const close = useSignal(false);
  const to = useSignal("");
  const troubles = useSignal<readonly string[]>([]);
  const sending = useSendingId();
  const ids = useId();
  const note = draft.note;
  const text = draft.text.trim();
  const send = async (): Promise<void> => {
    if (busy.peek() || text === "") return;
    busy.value = true;
    const client_id = sending.of(`${note} ${to.peek()} ${text}`);
    const failed = note ? await addNote(one, text, client_id) : await answer(one, { text, client_id, conversation_id: to.peek(), children: one.children > 0 && children.peek(), close: close.peek() });
    busy.value = false;
    if (failed === null) return;
    troubles.value = failed;
    void refreshFeed(one.case_id);
    // Sent again, it reaches only those it has not reached yet.
    if (failed.length > 0) return;
    sending.renew();
    if (draftOf(key).text.trim() === text) changeDraft(key, { text: "" }); // else they have gone on writing
  };
  return (
    <form
      class="answer"
      data-note={note}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="segments" role="group" aria-label={t("cases.say")}>
        <button type="button" class="segment-button" aria-pressed={!note} onClick={() => changeDraft(key, { note: false })}>
          {t("cases.answer")}
        </button>
        <button type="button" class="segment-button" aria-pressed={note} onClick={() => changeDraft(key, { note: true })}>
          <Icon name="note" size={13} /> {t("message.note")}
        </button>
      </div>
      {!note && <AnswerTo of={detail} chosen={to} />}
      <label class="only-heard" for={ids}>
        {t(note ? "cases.note" : "cases.answer")}
      </label>
      <textarea
        id={ids}
        class="field"
        rows={3}
        placeholder={t(note ? "composer.note" : "cases.answer_hint")}
        value={draft.text}
        onInput={({ currentTarget }) => changeDraft(key, { text: currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
          event.preventDefault();
          void send();
        }}
      />
      <div class="answer-foot">
        {!note && one.children > 0 && (
          <label class="with-icon small">
            <input type="checkbox" checked={children.value} onChange={({ currentTarget }) => (children.value = currentTarget.checked)} />
            {t("cases.answer_all", { count: one.children })}
          </label>
        )}
        {!note && (
          <label class="with-icon small">
            <input type="checkbox" checked={close.value} onChange={({ currentTarget }) => (close.value = currentTarget.checked)} />
            {t("cases.answer_close")}
          </label>
        )}
        <span class="grow" />
        <button type="submit" class="button primary" disabled={busy.value || text === ""}>
          <Icon name={note ? "note" : "send"} size={14} /> {t(note ? "action.add_note" : "action.send")}
        </button>
      </div>
      <div role="status" class="bulk-troubles">
        {troubles.value.length > 0 && (
          <ul class="small">
            {troubles.value.map((trouble) => (
              <li key={trouble}>{trouble}</li>
            ))}
          </ul>
        )}
      </div>
    </form>
  );
}

/** As `answer`. */
async function addNote({ case_id }: Case, text: string, client_id: string): Promise<readonly string[] | null> {
  return (await done(command({ type: "case.note", case_id, client_id, text }))) ? [] : null;
}

/** Which cases' customers were not reached, and why; null: nothing was sent. */
async function answer(one: Case, said: Omit<CommandOf<AnswerCase>, "type" | "case_id">): Promise<readonly string[] | null> {
  const result = await told({ type: "case.answer", case_id: one.case_id, ...said });
  if (result?.type !== "case_outcomes") return null;
  const failed = result.outcomes.filter((outcome) => outcome.code !== "");
  return failed.map(({ case_id, code }) => `#${cases.peek().get(case_id)?.number ?? "?"}: ${t(errorKey(code))}`);
}
