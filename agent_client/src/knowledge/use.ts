import type { ArticleUsed } from "@usher/protocol";

import { done } from "../live/commands";
import { changeDraft, draftOf } from "../live/drafts";
import { command } from "../live/link";
import { focusComposer } from "../shell/view";

/** Tell the server how an article was used; nobody waits for it. */
export function used(articleId: string, what: ArticleUsed["what"]): void {
  void done(command({ type: "article.used", article_id: articleId, what }));
}

/** Put words into what is being written to the customer, after what is there. */
export function intoComposer(conversationId: string, words: string): void {
  const { text } = draftOf(conversationId);
  changeDraft(conversationId, { text: text.trim() === "" ? words : `${text.trimEnd()}\n\n${words}`, note: false });
  focusComposer();
}
