import type { ArticleCategory, ArticleHit, ArticleSummary } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { language } from "../i18n/language";
import { shortDate } from "../i18n/times";
import { done } from "../live/commands";
import { command } from "../live/link";
import { go } from "../router";
import { Icon } from "../ui/icon";
import { Coming, lazyPart } from "../ui/lazy";
import { ArticleEditor } from "./article-editor";
import { ArticleView } from "./article-view";
import { type Asked, ask, useAsked } from "./asking";
import { CategoryList } from "./category-list";
import { CategoryOptions } from "./category-options";
import { changed, changes, openArticle, which, WHICH } from "./going";
import { MissingList } from "./missing-list";
import { Overview } from "./overview";
import { used } from "./use";
import { useLater } from "./use-later";
import { type Key, t } from "./words";
import "./knowledge.css";

const QuickTextList = lazyPart(async () => (await import("../macros/quick-text-list")).QuickTextList);
const MacroList = lazyPart(async () => (await import("../macros/macro-list")).MacroList);
const TYPED_MS = 250;
/** Who pauses so long has written what they look for: nothing found then is something that is missing. */
const SETTLED_MS = 2_000;

/** All the house knows: found, read, and by editors written. */
export function KnowledgePage({ path }: { path: readonly string[] }): JSX.Element {
  const tree = useAsked(`categories ${changes.value}`, () => ask({ type: "categories.fetch" }, "categories"));
  const mayEdit = tree.value.is === "there" && tree.value.value.may_edit;
  const categories = tree.value.is === "there" ? tree.value.value.categories : [];
  return (
    <main class="page knowledge-area" tabIndex={-1} data-open={path.length > 0}>
      <Side categories={categories} mayEdit={mayEdit} current={path[0] ?? ""} />
      <div class="knowledge-main">
        {path.length > 0 && (
          <button type="button" class="button quiet small knowledge-back" onClick={() => go({ page: "knowledge", path: [] })}>
            <Icon name="back" size={14} /> {t("knowledge.all")}
          </button>
        )}
        <Main path={path} categories={categories} mayEdit={mayEdit} />
      </div>
    </main>
  );
}

function Main({ path, categories, mayEdit }: { path: readonly string[]; categories: readonly ArticleCategory[]; mayEdit: boolean }): JSX.Element {
  const [first, second] = path;
  if (first === undefined) return mayEdit ? <Overview /> : <Nothing />;
  if (first === "quick-texts") return <QuickTextList />;
  if (first === "macros") return mayEdit ? <MacroList open={second} /> : <Nothing />;
  if (first === "overview") return mayEdit ? <Overview /> : <Nothing />;
  if (first === "categories") return mayEdit ? <CategoryList categories={categories} /> : <Nothing />;
  if (first === "missing") return mayEdit ? <MissingList /> : <Nothing />;
  if (first === "new" || second === "edit") {
    return mayEdit ? <ArticleEditor key={first} articleId={first === "new" ? "" : first} title={first === "new" ? (second ?? "") : ""} categories={categories} /> : <Nothing />;
  }
  return <Reading key={first} articleId={first} mayEdit={mayEdit} />;
}

function Nothing(): JSX.Element {
  return (
    <div class="empty">
      <Icon name="book" size={28} />
      <h2>{t("knowledge.welcome")}</h2>
      <p>{t("knowledge.welcome_help")}</p>
    </div>
  );
}

// ---------------------------------------------------------------- the side

function Side({ categories, mayEdit, current }: { categories: readonly ArticleCategory[]; mayEdit: boolean; current: string }): JSX.Element {
  const typed = useSignal("");
  const query = useSignal("");
  const category = useSignal("");
  const ids = useId();
  useEffect(() => {
    const timer = setTimeout(() => (query.value = typed.value.trim()), TYPED_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [typed.value, query]);
  return (
    <aside class="knowledge-side" aria-label={t("knowledge.articles")}>
      <label class="only-heard" for={`${ids}search`}>
        {t("knowledge.search")}
      </label>
      <input
        id={`${ids}search`}
        class="field"
        type="search"
        placeholder={t("knowledge.search")}
        value={typed.value}
        onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
      />
      <label class="only-heard" for={`${ids}category`}>
        {t("knowledge.category")}
      </label>
      <select id={`${ids}category`} class="field" value={category.value} onChange={({ currentTarget }) => (category.value = currentTarget.value)}>
        <option value="">{t("knowledge.any_category")}</option>
        <CategoryOptions categories={categories} />
      </select>
      {mayEdit && (
        <div class="tags">
          {WHICH.map((one) => (
            <button key={one} type="button" class="chip" aria-pressed={which.value === one} onClick={() => (which.value = one)}>
              {t(`knowledge.which_${one}`)}
            </button>
          ))}
        </div>
      )}
      <div class="tags">
        {mayEdit && <Go to="overview" text="overview.title" current={current || "overview"} />}
        {mayEdit && <Go to="new" text="knowledge.write" current={current} />}
        {mayEdit && <Go to="missing" text="knowledge.missing" current={current} />}
        <Go to="quick-texts" text="quick_text.title" current={current} />
        {mayEdit && <Go to="macros" text="macro.title" current={current} />}
        {mayEdit && <Go to="categories" text="category.title" current={current} />}
      </div>
      {query.value !== "" ? (
        <Found query={query.value} current={current} />
      ) : (
        <Listed key={`${which.value} ${category.value}`} which={which.value} category={category.value} current={current} />
      )}
    </aside>
  );
}

function Go({ to, text, current }: { to: string; text: Key; current: string }): JSX.Element {
  return (
    <button type="button" class="chip" aria-pressed={current === to} onClick={() => openArticle(to)}>
      {t(text)}
    </button>
  );
}

function Found({ query, current }: { query: string; current: string }): JSX.Element {
  const settled = useLater(query, SETTLED_MS) === query;
  const asked = useAsked(`${query} ${language.value} ${settled}`, () =>
    ask({ type: "articles.search", text: query, language: language.peek(), limit: 20, remember: settled }, "articles.found"),
  );
  return <Rows asked={asked.value} rows={(found) => found.hits} current={current} none="knowledge.nothing" note={(hit) => hit.excerpt} />;
}

function Listed({ which: shown, category, current }: { which: (typeof WHICH)[number]; category: string; current: string }): JSX.Element {
  const more = useSignal<readonly ArticleSummary[]>([]);
  const asked = useAsked(`${shown} ${category} ${language.value} ${changes.value}`, async () => {
    more.value = [];
    return ask({ type: "articles.list", which: shown, category, language: language.peek() }, "articles");
  });
  const hasMore = useSignal<boolean | null>(null);
  const first = asked.value.is === "there" ? asked.value.value : null;
  const rows = [...(first?.articles ?? []), ...more.value];
  const goOn = async (): Promise<void> => {
    const after = rows.at(-1)?.article_id ?? "";
    const next = await ask({ type: "articles.list", which: shown, category, language: language.peek(), after }, "articles");
    more.value = [...more.peek(), ...next.articles];
    hasMore.value = next.more;
  };
  return (
    <>
      <Rows asked={asked.value} rows={() => rows} current={current} none="knowledge.none_here" note={noteOf} />
      {(hasMore.value ?? first?.more) && (
        <button type="button" class="button small" onClick={() => void done(goOn())}>
          {t("knowledge.more")}
        </button>
      )}
    </>
  );
}

function noteOf(article: ArticleSummary): string {
  return [
    article.state === "draft" ? t("knowledge.draft") : article.languages.join(" "),
    ...(article.state !== "draft" && article.drafts.length > 0 ? [t("knowledge.has_draft")] : []),
    ...(article.used > 0 ? [t("knowledge.used", { count: article.used })] : []),
  ].join(" · ");
}

interface RowsProps<Value, Row> {
  asked: Asked<Value>;
  rows: (value: Value) => readonly Row[];
  current: string;
  none: Key;
  note: (row: Row) => string;
}

function Rows<Value, Row extends ArticleHit | ArticleSummary>({ asked, rows, current, none, note }: RowsProps<Value, Row>): JSX.Element {
  if (asked.is === "loading") return <Coming />;
  if (asked.is === "failed") return <p class="small faint">{t("knowledge.unread")}</p>;
  const all = rows(asked.value);
  if (all.length === 0) return <p class="small faint">{t(none)}</p>;
  return (
    <ul class="hits">
      {all.map((row) => (
        <li key={row.article_id}>
          <button type="button" class="hit" aria-current={row.article_id === current} lang={row.language} onClick={() => openArticle(row.article_id)}>
            <strong>{row.title}</strong>
            <span class="small faint">{note(row)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

// ---------------------------------------------------------------- reading

function Reading({ articleId, mayEdit }: { articleId: string; mayEdit: boolean }): JSX.Element {
  const shown = useSignal<string>(language.value);
  useEffect(() => used(articleId, "read"), [articleId]);
  return (
    <ArticleView articleId={articleId} language={shown.value} onLanguage={(next) => (shown.value = next)} conversationId={null} level={2}>
      {mayEdit && <Care articleId={articleId} />}
    </ArticleView>
  );
}

/** What editors see of an article's life, and what they do about it. */
function Care({ articleId }: { articleId: string }): JSX.Element | null {
  const asked = useAsked(`${articleId} ${changes.value}`, () => ask({ type: "article.fetch", article_id: articleId }, "article"));
  if (asked.value.is !== "there") return null;
  const { article } = asked.value.value;
  const act = async (frame: Parameters<typeof command>[0]): Promise<void> => {
    if (await done(command(frame))) changed();
  };
  const archived = article.state === "archived";
  return (
    <footer class="article-acts">
      <button type="button" class="button small" onClick={() => openArticle(articleId, "edit")}>
        <Icon name="note" size={14} /> {t("knowledge.edit")}
      </button>
      <button type="button" class="button small" onClick={() => void act({ type: "article.review", article_id: articleId })}>
        <Icon name="check" size={14} /> {t("knowledge.still_holds")}
      </button>
      <button type="button" class="button small quiet" onClick={() => void act({ type: "article.archive", article_id: articleId, archived: !archived })}>
        {t(archived ? "knowledge.bring_back" : "knowledge.archive")}
      </button>
      <span class="small faint">
        {t("knowledge.reviewed", { date: shortDate(article.reviewed_at) })} · {t("knowledge.used", { count: article.used })} ·{" "}
        {t("knowledge.helped", { yes: article.helped, no: article.not_helped })}
      </span>
    </footer>
  );
}
