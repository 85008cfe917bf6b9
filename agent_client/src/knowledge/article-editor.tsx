import type { ArticleCategory, ArticleFetched, ArticleSummary, ArticleText } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { LANGUAGES, language, OWN_NAMES } from "../i18n/language";
import type { ArticleDraft } from "../bot/report";
import { tell } from "../live/commands";
import { command } from "../live/link";
import { notify } from "../live/notices";
import { suggested } from "../live/suggested";
import { go } from "../router";
import { Coming, lazyPart } from "../ui/lazy";
import { useSendingId } from "../desk/sending-id";
import { ask, useAsked } from "./asking";
import { CategoryOptions } from "./category-options";
import { changed, openArticle } from "./going";
import { Versions } from "./versions";
import { t } from "./words";

const ArticleTrial = lazyPart(async () => (await import("../bot/article-trial")).ArticleTrial);

interface Props {
  /** Empty: a new one. */
  articleId: string;
  /** What a new one may be called. */
  title: string;
  categories: readonly ArticleCategory[];
}

/** Write an article, one language at a time: a saved draft is read by nobody until it is published. */
export function ArticleEditor({ articleId, title, categories }: Props): JSX.Element {
  const at = useSignal<string>(language.value);
  const saves = useSignal(0);
  const asked = useAsked(`${articleId} ${saves.value}`, async () =>
    articleId === "" ? null : ask({ type: "article.fetch", article_id: articleId }, "article"),
  );
  if (asked.value.is === "loading") return <Coming />;
  if (asked.value.is === "failed") return <p class="faint">{t("knowledge.unread")}</p>;
  const fetched = asked.value.value;
  const text = fetched?.texts.find((one) => one.language === at.value) ?? null;
  return (
    <>
      {fetched !== null && fetched.case_number > 0 && <ProposedFrom number={fetched.case_number} />}
      <div class="tags" role="group" aria-label={t("knowledge.language")}>
        {LANGUAGES.map((one) => (
          <button key={one} type="button" class="chip" lang={one} aria-pressed={one === at.value} onClick={() => (at.value = one)}>
            {OWN_NAMES[one]}
            {fetched?.texts.some((known) => known.language === one) ? "" : " +"}
          </button>
        ))}
      </div>
      <Text
        key={`${at.value} ${text?.version ?? 0}`}
        fetched={fetched}
        text={text}
        at={at.value}
        title={title}
        categories={categories}
        onSaved={(id) => {
          changed();
          saves.value += 1;
          if (articleId === "") openArticle(id, "edit");
        }}
      />
    </>
  );
}

function ProposedFrom({ number }: { number: number }): JSX.Element {
  return (
    <p class="small">
      <button type="button" class="link" onClick={() => go({ page: "cases", path: [String(number)] })}>
        {t("knowledge.proposed_from", { number: String(number) })}
      </button>
    </p>
  );
}

interface TextProps {
  fetched: ArticleFetched | null;
  text: ArticleText | null;
  at: string;
  title: string;
  categories: readonly ArticleCategory[];
  onSaved: (articleId: string) => void;
}

function Text({ fetched, text, at, title: proposed, categories, onSaved }: TextProps): JSX.Element {
  const title = useSignal(text?.title ?? proposed);
  const body = useSignal(text?.body ?? "");
  const because = fetched === null && suggested.value?.title === proposed ? suggested.value : null;
  const examples = useSignal((text?.examples ?? because?.questions ?? [proposed]).filter(Boolean).join("\n"));
  const category = useSignal(fetched?.article.category ?? categories[0]?.key ?? "");
  const audience = useSignal<ArticleSummary["audience"]>(fetched?.article.audience ?? "public");
  const busy = useSignal(false);
  const sending = useSendingId();
  const ids = useId();
  const complete = title.value.trim() !== "" && body.value.trim() !== "" && category.value !== "";

  const questions = (): string[] => examples.peek().split("\n").map((one) => one.trim()).filter(Boolean);
  const draft = (): ArticleDraft | null =>
    title.peek().trim() === "" ? null : { article_id: fetched?.article.article_id ?? "", language: at, title: title.peek().trim(), texts: questions() };

  const save = async (publish: boolean): Promise<void> => {
    if (!complete || busy.peek()) return;
    busy.value = true;
    const wanted = {
      article_id: fetched?.article.article_id ?? "",
      category: category.peek(),
      audience: audience.peek(),
      language: at,
      base_version: text?.version ?? 0,
      title: title.peek().trim(),
      body: body.peek().trim(),
      examples: questions(),
    };
    try {
      const saved = await ask({ type: "article.save", client_id: sending.of(JSON.stringify(wanted)), ...wanted }, "article.saved");
      if (publish) await command({ type: "article.publish", article_id: saved.article_id, language: at, version: saved.version });
      if (publish && because !== null) void because.seen();
      if (because !== null) suggested.value = null;
      notify("info", publish ? "knowledge.is_published" : "knowledge.is_saved");
      onSaved(saved.article_id);
    } catch (error) {
      tell(error);
    }
    busy.value = false;
  };
  return (
    <form
      class="article-edit"
      onSubmit={(event) => {
        event.preventDefault();
        void save(false);
      }}
    >
      <label for={`${ids}title`}>{t("knowledge.title")}</label>
      <input id={`${ids}title`} class="field" lang={at} required maxLength={150} value={title.value} onInput={({ currentTarget }) => (title.value = currentTarget.value)} />
      <div class="article-edit-row">
        <label>
          {t("knowledge.category")}
          <select class="field" value={category.value} onChange={({ currentTarget }) => (category.value = currentTarget.value)}>
            <CategoryOptions categories={categories} />
          </select>
        </label>
        <label>
          {t("knowledge.audience")}
          <select class="field" value={audience.value} onChange={({ currentTarget }) => (audience.value = currentTarget.value === "agents" ? "agents" : "public")}>
            <option value="public">{t("knowledge.for_all")}</option>
            <option value="agents">{t("knowledge.agents_only")}</option>
          </select>
        </label>
      </div>
      <div class="article-edit-text">
        <div>
          <label for={`${ids}body`}>{t("knowledge.body")}</label>
          <textarea id={`${ids}body`} class="field article-source" lang={at} required maxLength={20_000} value={body.value} onInput={({ currentTarget }) => (body.value = currentTarget.value)} />
        </div>
        <Preview body={body.value} at={at} />
      </div>
      <label for={`${ids}examples`}>{t("knowledge.examples")}</label>
      <textarea id={`${ids}examples`} class="field" lang={at} aria-describedby={`${ids}help`} value={examples.value} onInput={({ currentTarget }) => (examples.value = currentTarget.value)} />
      <p id={`${ids}help`} class="small faint">
        {t("knowledge.examples_help")}
      </p>
      {audience.value === "public" && <ArticleTrial draft={draft} />}
      <footer class="article-acts">
        <button type="button" class="button primary" disabled={!complete || busy.value} onClick={() => void save(true)}>
          {t("knowledge.publish")}
        </button>
        <button type="submit" class="button" disabled={!complete || busy.value}>
          {t("knowledge.save")}
        </button>
        {text?.published && <Withdraw articleId={fetched?.article.article_id ?? ""} at={at} onDone={onSaved} />}
      </footer>
      {text !== null && fetched !== null && <Versions articleId={fetched.article.article_id} newest={text} onDone={onSaved} />}
    </form>
  );
}

const PREVIEW_AFTER_MS = 400;

/** As readers will see it: the server makes it, as it makes theirs. */
function Preview({ body, at }: { body: string; at: string }): JSX.Element {
  const still = useSignal(body);
  useEffect(() => {
    const timer = setTimeout(() => (still.value = body), PREVIEW_AFTER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [body, still]);
  const asked = useAsked(still.value, () => ask({ type: "article.preview", body: still.peek() }, "article.previewed"));
  return (
    <section aria-label={t("knowledge.preview")}>
      <span>{t("knowledge.preview")}</span>
      <div class="article-preview article-body" lang={at} dangerouslySetInnerHTML={{ __html: asked.value.is === "there" ? asked.value.value.html : "" }} />
    </section>
  );
}

function Withdraw({ articleId, at, onDone }: { articleId: string; at: string; onDone: (articleId: string) => void }): JSX.Element {
  const withdraw = async (): Promise<void> => {
    try {
      await command({ type: "article.withdraw", article_id: articleId, language: at });
      onDone(articleId);
    } catch (error) {
      tell(error);
    }
  };
  return (
    <button type="button" class="button quiet" onClick={() => void withdraw()}>
      {t("knowledge.withdraw")}
    </button>
  );
}
