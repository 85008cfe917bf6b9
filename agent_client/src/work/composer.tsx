import type { Assignment } from "@usher/protocol";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { printed } from "../keys/chord";
import { sayTyping } from "../live/commands";
import { draftOf, setDraft } from "../live/drafts";
import { notify } from "../live/notices";
import { send } from "../live/sending";
import { composerCalls, hasListColumn } from "../shell/view";
import { Icon } from "../ui/icon";
import { EmojiGrid } from "./emoji-grid";

/** The server's limit for one message, in characters (code points). */
export const TEXT_LIMIT = 10_000;
const TELL_FROM = TEXT_LIMIT - 300;
const TYPING_EVERY_MS = 3_000;

/** Where words are written: to the customer, or as a note that only staff see. noteOnly: the customer is gone. */
export function Composer({ assignment, noteOnly }: { assignment: Assignment; noteOnly: boolean }): JSX.Element {
  const id = assignment.conversation.conversation_id;
  const draft = draftOf(id);
  const note = noteOnly || draft.note;
  const area = useRef<HTMLTextAreaElement>(null);
  const typingSaid = useRef(-Infinity);
  const length = Array.from(draft.text).length;
  useCursor(area, noteOnly);

  const write = (text: string): void => {
    setDraft(id, { ...draftOf(id), text });
    const now = performance.now();
    if (note || text === "" || now - typingSaid.current < TYPING_EVERY_MS) return;
    if (sayTyping(id)) typingSaid.current = now;
  };
  const submit = (): void => {
    const text = draftOf(id).text.trim();
    if (text === "" || length > TEXT_LIMIT) return;
    if (!send(id, text, note ? "note" : "text")) {
      notify("bad", "message.too_many_unsent");
      return;
    }
    // A note is followed by a note: whoever notes twice must not speak to the customer by mistake.
    setDraft(id, { text: "", note: draftOf(id).note });
    typingSaid.current = -Infinity;
  };
  const insert = (words: string): void => {
    const element = area.current;
    if (element === null) return;
    element.setRangeText(words, element.selectionStart, element.selectionEnd, "end");
    write(element.value);
    element.focus();
  };
  const placeholder = t(note ? "composer.note" : "composer.text", { name: assignment.work_item.customer.name || t("customer.unnamed") });
  return (
    <form
      class="composer"
      data-note={note}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        ref={area}
        class="composer-text"
        rows={1}
        aria-label={placeholder}
        placeholder={placeholder}
        value={draft.text}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          // Enter that ends a composition (input methods) is not an order to send.
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          submit();
        }}
      />
      <div class="composer-bar">
        {!noteOnly && (
          <button
            type="button"
            class="button quiet small"
            aria-pressed={note}
            title={printed("Alt+KeyN").join(" ")}
            onClick={() => {
              setDraft(id, { ...draftOf(id), note: !note });
              area.current?.focus();
            }}
          >
            <Icon name="note" size={15} /> {t("message.note")}
          </button>
        )}
        <EmojiGrid onChoose={insert} />
        <span class="grow faint small composer-hint">{t(note ? "composer.note_help" : "composer.help")}</span>
        {length > TELL_FROM && (
          <span class="small" data-over={length > TEXT_LIMIT} role="status">
            {t(length > TEXT_LIMIT ? "composer.over" : "composer.left", { count: Math.abs(TEXT_LIMIT - length) })}
          </span>
        )}
        <button type="submit" class="button primary small" disabled={draft.text.trim() === "" || length > TEXT_LIMIT}>
          <Icon name="send" size={15} /> {t(note ? "action.add_note" : "action.send")}
        </button>
      </div>
    </form>
  );
}

/** The cursor is here when a conversation opens, where there is a real keyboard, and whenever it is called for. */
function useCursor(area: { readonly current: HTMLTextAreaElement | null }, noteOnly: boolean): void {
  const calls = composerCalls.value;
  const seen = useSignal(calls);
  // Before the next key can come: it is the first letter of an answer.
  useLayoutEffect(() => {
    const called = calls !== seen.peek();
    seen.value = calls;
    if (called || (!noteOnly && hasListColumn.value)) area.current?.focus();
  }, [area, calls, noteOnly, seen]);
}
