import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { typing } from "../live/store";

/** Three dots while the other side types; the server says for how long one may believe it. */
export function TypingLine({ conversationId }: { conversationId: string }): JSX.Element | null {
  const heard = typing.value[conversationId];
  const over = useSignal<typeof heard>(undefined);
  useEffect(() => {
    if (!heard) return;
    const timer = setTimeout(() => (over.value = heard), heard.for_ms);
    return () => {
      clearTimeout(timer);
    };
  }, [heard, over]);
  if (!heard || over.value === heard) return null;
  return (
    <p class="typing small faint">
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {t("message.typing", { name: heard.author_name || t("customer.unnamed") })}
    </p>
  );
}
