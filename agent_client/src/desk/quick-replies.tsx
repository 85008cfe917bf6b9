import type { Conversation } from "@usher/protocol";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../i18n/language";
import { printed } from "../keys/chord";
import { changeDraft, draftOf } from "../live/drafts";
import { choicesOpen } from "../shell/view";
import { Icon } from "../ui/icon";

/** Characters of one, as the server takes them. */
const CHOICE_CHARS = 80;

export function ChoicesButton({ conversation }: { conversation: Conversation }): JSX.Element | null {
  if (!conversation.can?.quick_replies) return null;
  return (
    <button
      type="button"
      class="button quiet small square"
      aria-pressed={choicesOpen.value}
      aria-label={t("choices.title")}
      title={`${t("choices.title")} (${printed("Alt+KeyQ").join(" ")})`}
      onClick={() => (choicesOpen.value = !choicesOpen.peek())}
    >
      <Icon name="choices" size={17} />
    </button>
  );
}

/** The buttons a customer can answer with, written beside the text; Enter goes on to the next. */
export function QuickReplies({ conversation }: { conversation: Conversation }): JSX.Element | null {
  const { conversation_id: id, can = null } = conversation;
  const most = can?.quick_replies ?? 0;
  const { choices } = draftOf(id);
  const list = useRef<HTMLDivElement>(null);
  const shown = most > 0 && (choicesOpen.value || choices.length > 0);
  useLayoutEffect(() => {
    if (choicesOpen.value) list.current?.querySelector("input")?.focus();
  }, [shown]);
  if (!shown) return null;
  // There is always an empty one to write into, as long as the channel carries one more.
  const fields = choices.length < most ? [...choices, ""] : choices;
  const set = (at: number, text: string): void => {
    const next = fields.map((one, place) => (place === at ? text : one));
    changeDraft(id, { choices: next.filter((one, place) => one !== "" || place < next.length - 1) });
  };
  const toNext = (from: HTMLElement): void => {
    const inputs = [...(list.current?.querySelectorAll("input") ?? [])];
    inputs[inputs.findIndex((one) => one === from) + 1]?.focus();
  };
  return (
    <div ref={list} class="choices" role="group" aria-label={t("choices.title")}>
      {fields.map((choice, at) => (
        <span key={at} class="choice">
          <input
            type="text"
            value={choice}
            maxLength={CHOICE_CHARS}
            placeholder={t("choices.add")}
            aria-label={t("choices.one", { number: at + 1 })}
            onInput={(event) => set(at, event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.isComposing) return;
              event.preventDefault();
              toNext(event.currentTarget);
            }}
          />
          {at < choices.length && (
            <button
              type="button"
              class="remove"
              aria-label={t("choices.remove", { number: at + 1 })}
              onClick={() => changeDraft(id, { choices: choices.filter((_, place) => place !== at) })}
            >
              <Icon name="close" size={14} />
            </button>
          )}
        </span>
      ))}
    </div>
  );
}
