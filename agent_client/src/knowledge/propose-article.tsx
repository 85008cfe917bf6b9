import { CommandError } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { tell } from "../live/commands";
import { notify } from "../live/notices";
import { overseer } from "../live/store";
import { Icon } from "../ui/icon";
import { ask } from "./asking";
import { changed, openArticle } from "./going";
import { type Key, t } from "./words";

interface Props {
  from: { conversation_id: string } | { case_id: string };
  text: Key;
}

/** What was answered may be worth keeping: a draft is made of it, and whoever edits has it before them when no customer is waiting. */
export function ProposeArticle({ from, text }: Props): JSX.Element {
  const busy = useSignal(false);
  const unanswered = useSignal(false);
  const propose = async (): Promise<void> => {
    busy.value = true;
    try {
      const { article_id } = await ask({ type: "article.propose", ...from }, "article.saved");
      changed();
      if (overseer.peek() && "case_id" in from) openArticle(article_id, "edit");
      else notify("info", "knowledge.proposed");
    } catch (error) {
      if (error instanceof CommandError && error.code === "text_empty") unanswered.value = true;
      else tell(error);
    }
    busy.value = false;
  };
  return (
    <>
      <button type="button" class="button small quiet" disabled={busy.value} onClick={() => void propose()}>
        <Icon name="note" size={14} /> {t(text)}
      </button>
      <span class="small faint" role="status">
        {unanswered.value && t("knowledge.nobody_answered")}
      </span>
    </>
  );
}
