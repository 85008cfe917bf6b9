import type { ArticleHit } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import type { About } from "../context/about";
import { assignments } from "../live/store";
import { Icon } from "../ui/icon";
import { ArticleView } from "./article-view";
import { ask, useAsked } from "./asking";
import { ProposeArticle } from "./propose-article";
import { used } from "./use";
import { useLater } from "./use-later";
import { t } from "./words";
import "./knowledge.css";

/** The customer may write on: what they say is looked for once they have paused. */
const PAUSED_MS = 1_200;
const TYPED_MS = 250;
/** Nothing found once they have paused so long is something that is missing. */
const SETTLED_MS = 2_000;

/** Articles about what the customer writes, or about what the agent types; each to be read and inserted here. */
export function Suggestions({ about: { conversation_id: id } }: { about: About }): JSX.Element | null {
  const typed = useSignal("");
  const open = useSignal<{ article_id: string; language: string } | null>(null);
  const heard = useHeard(id ?? "");
  const query = useLater(typed.value.trim(), TYPED_MS);
  const language = assignments.value.find((one) => one.conversation.conversation_id === id)?.work_item.language.slice(0, 2) || "en";
  const settled = useLater(query, SETTLED_MS) === query;
  const asked = useAsked(`${id ?? ""} ${heard} ${query} ${language} ${settled && query !== ""}`, () =>
    query !== "" || id === null
      ? ask({ type: "articles.search", text: query, language, limit: 5, remember: settled }, "articles.found")
      : ask({ type: "articles.suggest", conversation_id: id, limit: 3 }, "articles.found"),
  );
  const field = useId();
  if (id === null) return null;
  if (open.value !== null) {
    const { article_id: articleId, language: shown } = open.value;
    return (
      <>
        <button type="button" class="button quiet small" onClick={() => (open.value = null)}>
          <Icon name="back" size={14} /> {t("knowledge.back")}
        </button>
        <ArticleView articleId={articleId} language={shown} level={4} conversationId={id} onLanguage={(next) => (open.value = { article_id: articleId, language: next })} />
      </>
    );
  }
  const show = (hit: ArticleHit): void => {
    open.value = { article_id: hit.article_id, language: hit.language };
    used(hit.article_id, "read");
  };
  return (
    <div class="suggestions">
      <label class="only-heard" for={field}>
        {t("knowledge.search")}
      </label>
      <input
        id={field}
        class="field"
        type="search"
        placeholder={t("knowledge.search")}
        value={typed.value}
        onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
      />
      <Hits asked={asked.value} searched={query !== ""} onOpen={show} />
      <Propose conversationId={id} />
    </div>
  );
}

function Hits({
  asked,
  searched,
  onOpen,
}: {
  asked: { is: "loading" | "failed" } | { is: "there"; value: { hits: ArticleHit[] } };
  searched: boolean;
  onOpen: (hit: ArticleHit) => void;
}): JSX.Element {
  if (asked.is === "loading") return <p class="small faint">{t("line.loading")}</p>;
  if (asked.is !== "there") return <p class="small faint">{t("knowledge.unread")}</p>;
  if (asked.value.hits.length === 0) return <p class="small faint">{t(searched ? "knowledge.nothing" : "knowledge.no_suggestion")}</p>;
  return (
    <ul class="hits">
      {asked.value.hits.map((hit) => (
        <li key={hit.article_id}>
          <button type="button" class="hit" lang={hit.language} onClick={() => onOpen(hit)}>
            <strong>{hit.title}</strong>
            <span class="small faint">{hit.excerpt}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Once the customer was answered, the answer may be worth keeping. */
function Propose({ conversationId }: { conversationId: string }): JSX.Element | null {
  const messages = assignments.value.find((one) => one.conversation.conversation_id === conversationId)?.conversation.messages ?? [];
  if (!messages.some((message) => message.author === "agent" && message.kind === "text")) return null;
  return <ProposeArticle from={{ conversation_id: conversationId }} text="knowledge.propose" />;
}

/** The number of the customer's last message, once they have paused. */
function useHeard(conversationId: string): string {
  const messages = assignments.value.find((one) => one.conversation.conversation_id === conversationId)?.conversation.messages ?? [];
  const last = messages.findLast((message) => message.author === "customer");
  return useLater(`${conversationId} ${last?.n ?? 0}`, PAUSED_MS);
}
