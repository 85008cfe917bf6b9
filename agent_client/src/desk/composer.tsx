import type { Assignment } from "@usher/protocol";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { printed } from "../keys/chord";
import { sayTyping } from "../live/commands";
import { changeDraft, draftOf } from "../live/drafts";
import { notify } from "../live/notices";
import { send } from "../live/sending";
import { uploadsOf } from "../live/uploads";
import { Addressees } from "../mail/lazy";
import { choicesOpen, composerCalls, hasListColumn, uncalled } from "../shell/view";
import { answering, goesByMail, mailTo } from "../state/mail";
import { Icon } from "../ui/icon";
import { AttachButton, Attachments } from "./attachments";
import { takeFrom, takesFiles } from "./dropping";
import { lazyPart } from "../ui/lazy";
import { EmojiGrid } from "./emoji-grid";
import { Length, TEXT_LIMIT } from "./length";
import { ChoicesButton, QuickReplies } from "./quick-replies";
import { ReplyWindowNotice, TemplateButton, useWindowClosed } from "./reply-window-notice";

const QuickTextPicker = lazyPart(async () => (await import("../knowledge/quick-text-picker")).QuickTextPicker);
/** What stands in the field while a quick text is looked for. */
const SLASH = /^\/([a-z0-9-]{0,32})$/i;
const TYPING_EVERY_MS = 3_000;

/** Where words are written: to the customer, or as a note that only staff see. over: the customer is gone. */
export function Composer({ assignment, over }: { assignment: Assignment; over: boolean }): JSX.Element {
  const { conversation } = assignment;
  const noteOnly = over || assignment.work_item.channel === "voice";
  const { conversation_id: id, can = null } = conversation;
  const draft = draftOf(id);
  const note = noteOnly || draft.note;
  const area = useRef<HTMLTextAreaElement>(null);
  const typingSaid = useRef(-Infinity);
  const closed = useWindowClosed(conversation) && !note;
  const length = Array.from(draft.text).length;
  const files = note ? [] : draft.files;
  const letter = goesByMail(conversation) && !note;
  const onTheWay = !note && uploadsOf(id).some((one) => one.why === null);
  // Words do not leave without the files they were written beside.
  const sendable = !onTheWay && (draft.text.trim() !== "" || files.length > 0) && length <= TEXT_LIMIT && !closed;
  const attachable = !noteOnly && takesFiles(conversation);
  const slash = noteOnly ? null : SLASH.exec(draft.text);
  const left = useSignal("");
  const listKeys = useRef<((event: KeyboardEvent) => boolean) | null>(null);
  useCursor(area, over, id);

  const write = (text: string): void => {
    // Whom it goes to is decided with its first letter: what somebody else writes meanwhile does not turn it around.
    changeDraft(id, letter ? { text, mail: draftOf(id).mail ?? answering(conversation) } : { text });
    const now = performance.now();
    if (note || text === "" || now - typingSaid.current < TYPING_EVERY_MS) return;
    if (sayTyping(id)) typingSaid.current = now;
  };
  const submit = (): void => {
    const { text, choices, mail } = draftOf(id);
    if (!sendable) return;
    const quick_replies = note || text.trim() === "" ? [] : choices.map((one) => one.trim()).filter(Boolean);
    const also = { files, quick_replies, template: "", variables: [], ...(letter && { mail: mailTo(mail ?? answering(conversation)) }) };
    const more = letter || files.length > 0 || quick_replies.length > 0;
    if (!send(id, text.trim(), note ? "note" : "text", more ? also : undefined)) {
      notify("bad", "message.too_many_unsent");
      return;
    }
    // A note is followed by a note: whoever notes twice must not speak to the customer by mistake.
    changeDraft(id, note ? { text: "" } : { text: "", files: [], choices: [], mail: null });
    if (!note) choicesOpen.value = false;
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
      data-letter={letter}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onPaste={(event) => takeFrom(event, event.clipboardData, conversation)}
    >
      {letter && <Addressees conversation={conversation} />}
      {!note && <ReplyWindowNotice conversation={conversation} />}
      {!note && <Attachments conversationId={id} />}
      {slash && draft.text !== left.value && (
        <QuickTextPicker
          conversationId={id}
          language={assignment.work_item.language.slice(0, 2)}
          typed={slash[1] ?? ""}
          onChoose={(text) => {
            if (!SLASH.test(draftOf(id).text)) return; // it comes late: they went on without it
            write(text);
            area.current?.focus();
          }}
          onLeave={() => (left.value = draft.text)}
          onKeys={(take) => (listKeys.current = take)}
        />
      )}
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
          if (!event.isComposing && listKeys.current?.(event)) return;
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          // A letter has lines; it goes by the same keys as in other mail programs.
          if (letter && !event.ctrlKey && !event.metaKey) return;
          event.preventDefault();
          // While the list of quick texts is still on its way, what stands here is no message.
          if (slash === null || draft.text === left.value || listKeys.current !== null) event.currentTarget.form?.requestSubmit();
        }}
      />
      {!note && <QuickReplies conversation={conversation} />}
      <div class="composer-bar">
        {!noteOnly && (
          <button
            type="button"
            class="button quiet small"
            aria-pressed={note}
            title={printed("Alt+KeyN").join(" ")}
            onClick={() => {
              changeDraft(id, { note: !note });
              area.current?.focus();
            }}
          >
            <Icon name="note" size={15} /> {t("message.note")}
          </button>
        )}
        <EmojiGrid onChoose={insert} />
        {attachable && <AttachButton conversation={conversation} />}
        {!note && <ChoicesButton conversation={conversation} />}
        {!note && <TemplateButton conversation={conversation} />}
        <span class="grow faint small composer-hint">{t(note ? "composer.note_help" : letter ? "composer.letter_help" : "composer.help")}</span>
        <Length length={length} oneMessage={note ? null : (can?.text_chars ?? null)} />
        <button type="submit" class="button primary small" disabled={!sendable}>
          <Icon name="send" size={15} /> {t(note ? "action.add_note" : "action.send")}
        </button>
      </div>
    </form>
  );
}

/** The cursor is here when a conversation opens, where there is a real keyboard, and whenever it is called for. */
function useCursor(area: { readonly current: HTMLTextAreaElement | null }, over: boolean, id: string): void {
  const calls = composerCalls.value;
  const seen = useSignal(calls);
  // Before the next key can come: it is the first letter of an answer.
  useLayoutEffect(() => {
    const called = calls !== seen.peek();
    seen.value = calls;
    const isMeant = uncalled.peek() !== id;
    uncalled.value = null;
    if (called || (!over && isMeant && hasListColumn.value)) area.current?.focus();
  }, [area, calls, over, id, seen]);
}
