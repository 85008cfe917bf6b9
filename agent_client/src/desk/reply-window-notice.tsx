import type { Conversation } from "@usher/protocol";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { computed } from "@preact/signals";

import { t } from "../i18n/language";
import { printed } from "../keys/chord";
import { tick } from "../live/server-time";
import { type ReplyWindow, replyWindow } from "../state/reply-window";
import { dialog } from "../shell/view";
import { Until } from "../ui/age";
import { Icon } from "../ui/icon";

/** Drawn again when the window's state changes, not with every second. */
function useWindow(conversation: Conversation): ReplyWindow {
  const state = useMemo(() => computed(() => replyWindow(conversation, tick.value).is), [conversation]);
  return state.value === "none" ? { is: "none" } : replyWindow(conversation, tick.peek());
}

export function useWindowClosed(conversation: Conversation): boolean {
  return useWindow(conversation).is === "closed";
}

/** Says when free text will not reach the customer any more, and what does when it is so. */
export function ReplyWindowNotice({ conversation }: { conversation: Conversation }): JSX.Element | null {
  const known = useWindow(conversation);
  const templates = conversation.can?.templates.length ?? 0;
  if (known.is === "none" || known.is === "open") return null;
  if (known.is === "closing") {
    return (
      <p class="reply-window small">
        <Icon name="clock" size={14} />
        <span>
          {t("window.closes")} <Until at={known.closes_at} />
        </span>
      </p>
    );
  }
  return (
    <div class="reply-window small" data-closed="true" role="status">
      <Icon name="alert" size={14} />
      <span class="grow">{t(templates > 0 ? "window.closed" : "window.closed_no_template")}</span>
      {templates > 0 && (
        <button type="button" class="link" onClick={() => choose(conversation)}>
          {t("template.choose")}
        </button>
      )}
    </div>
  );
}

export function TemplateButton({ conversation }: { conversation: Conversation }): JSX.Element | null {
  if (!conversation.can?.templates.length) return null;
  return (
    <button
      type="button"
      class="button quiet small square"
      aria-label={t("template.choose")}
      title={`${t("template.choose")} (${printed("Alt+KeyU").join(" ")})`}
      onClick={() => choose(conversation)}
    >
      <Icon name="template" size={17} />
    </button>
  );
}

function choose(conversation: Conversation): void {
  dialog.value = { kind: "template", conversation_id: conversation.conversation_id };
}
