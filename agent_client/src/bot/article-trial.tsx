import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { HttpError } from "../live/http";
import { type ArticleDraft, type TriedArticle, tryArticle } from "./report";
import { Trial } from "./trial";
import { t } from "./words";

/** What past questions the bot would have answered with an article, before anybody reads it. */
export function ArticleTrial({ draft }: { draft: () => ArticleDraft | null }): JSX.Element {
  const id = useId();
  const state = useSignal<TriedArticle | "" | "busy" | "failed" | "too_many">("");
  const own = useSignal("");
  const tryNow = async (): Promise<void> => {
    const asked = draft();
    if (asked === null) return;
    state.value = "busy";
    own.value = `article:${asked.article_id}`;
    try {
      state.value = await tryArticle(asked);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      state.value = error.status === 429 ? "too_many" : "failed";
    }
  };
  const now = state.value;
  return (
    <section class="article-trial">
      <button type="button" class="button small" disabled={now === "busy"} aria-describedby={id} onClick={() => void tryNow()}>
        {t("bot.try")}
      </button>{" "}
      <span id={id} class="small faint">
        {t("bot.try_article_help")}
      </span>
      <div role="status">
        {now === "busy" && (
          <p class="small faint">
            <span class="spinner" aria-hidden="true" /> {t("line.loading")}
          </p>
        )}
        {typeof now === "object" && <Trial tried={now} intents={now.intents} own={own.value} />}
      </div>
      {now === "failed" && <p role="alert">{t("bot.not_done")}</p>}
      {now === "too_many" && <p role="alert">{t("bot.somebody_tries")}</p>}
    </section>
  );
}
