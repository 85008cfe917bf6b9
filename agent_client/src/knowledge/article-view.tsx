import type { ArticleShown } from "@usher/protocol";
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";

import { languageName, shortDate } from "../i18n/times";
import { ask, useAsked } from "./asking";
import { Icon } from "../ui/icon";
import { Coming } from "../ui/lazy";
import { intoComposer, used } from "./use";
import { t } from "./words";

interface Props {
  articleId: string;
  language: string;
  onLanguage: (language: string) => void;
  /** Where it can be inserted; null: it is only read. */
  conversationId: string | null;
  /** The level of its title. */
  level: 2 | 4;
  children?: ComponentChildren;
}

/** An article as readers see it; beside a conversation it can be inserted, whole or in part. */
export function ArticleView({ articleId, language, onLanguage, conversationId, level, children }: Props): JSX.Element {
  const asked = useAsked(`${articleId} ${language}`, () => ask({ type: "article.read", article_id: articleId, language }, "article.shown"));
  if (asked.value.is === "loading") return <Coming />;
  if (asked.value.is === "failed") return <p class="faint">{t("knowledge.unread")}</p>;
  const article = asked.value.value;
  const Title = level === 2 ? "h2" : "h4";
  return (
    <article class="article" aria-label={article.title}>
      <Title>{article.title}</Title>
      <p class="article-facts small faint">
        {article.audience === "agents" && (
          <span class="tag">
            <Icon name="eye" size={13} /> {t("knowledge.agents_only")}
          </span>
        )}
        <span>{t("knowledge.published", { date: shortDate(article.published_at) })}</span>
        <Languages article={article} onLanguage={onLanguage} />
      </p>
      {conversationId === null ? <Body article={article} /> : <Insertable article={article} conversationId={conversationId} />}
      {children}
    </article>
  );
}

function Languages({ article, onLanguage }: { article: ArticleShown; onLanguage: (language: string) => void }): JSX.Element {
  return (
    <span class="article-languages">
      {article.languages.map((one) => (
        <button key={one} type="button" class="chip" lang={one} aria-pressed={one === article.language} onClick={() => onLanguage(one)}>
          {languageName(one)}
        </button>
      ))}
    </span>
  );
}

/** The server has made this HTML from Markdown and let it pass a sanitiser; the page's policy runs no script in it. */
function Body({ article }: { article: ArticleShown }): JSX.Element {
  return <div class="article-body" lang={article.language} dangerouslySetInnerHTML={{ __html: article.html }} />;
}

/** With buttons for the whole, for what is selected, and for each part. */
function Insertable({ article, conversationId }: { article: ArticleShown; conversationId: string }): JSX.Element {
  const body = useRef<HTMLDivElement>(null);
  const insert = (words: string): void => {
    if (words.trim() === "") return;
    intoComposer(conversationId, words.trim());
    used(article.article_id, "inserted");
  };
  const whole = article.parts.map((part) => [part.heading, part.text].filter(Boolean).join("\n\n")).join("\n\n");
  const selected = (): string => {
    const selection = getSelection();
    return selection?.anchorNode && body.current?.contains(selection.anchorNode) ? selection.toString() : "";
  };
  return (
    <>
      <div ref={body}>
        <Body article={article} />
      </div>
      <div class="article-acts">
        <button type="button" class="button primary small" onMouseDown={(event) => event.preventDefault()} onClick={() => insert(selected() || whole)}>
          <Icon name="back" size={14} /> {t("knowledge.insert")}
        </button>
        {article.parts.length > 1 &&
          article.parts.map((part, at) => (
            <button key={at} type="button" class="button small" onClick={() => insert(part.text)}>
              {part.heading || t("knowledge.first_part")}
            </button>
          ))}
      </div>
      <p class="small faint">{t("knowledge.insert_help")}</p>
    </>
  );
}
