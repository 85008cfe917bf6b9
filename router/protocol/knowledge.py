"""Knowledge: articles that customers and agents read, how they are written, found and used (endpoint `/ws/agent`).

An article is one matter in several languages. Each language has versions, numbered from 1; one of them may be
published. Customers see what is published for the public; agents see all that is published; editors (supervisors and
admins) see drafts too.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from router.core.words import Ms
from router.protocol.base import Command, Id, Number, Record, Result

Audience = Literal["public", "agents"]
ArticleState = Literal["draft", "published", "archived"]
"""draft: in no language published."""
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}$(?!\n)")]
"""ISO 639-1."""
Key = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)", max_length=64)]
"""Names an article or a category in addresses and files: `return-an-order`."""
Limit = Annotated[int, Meta(ge=1, le=50)]
Use = Literal["read", "inserted", "answered", "helped", "not_helped"]
"""inserted: sent by an agent, whole or in part. answered: the bot answered with it."""


class ArticleCategory(Record, frozen=True, kw_only=True):
    """parent: empty: at the top. labels: language → what people read. position: among its parent's, smallest first."""

    key: str
    parent: str
    position: int
    labels: dict[str, str]


class ArticleHit(Record, frozen=True, kw_only=True):
    """score: 0 to 1. language: of title and excerpt; another than the one asked for when there is no translation."""

    article_id: str
    key: str
    category: str
    audience: Audience
    language: str
    title: str
    excerpt: str
    score: float


class ArticlePart(Record, frozen=True, kw_only=True):
    """What stands between two headings. heading: empty before the first. text: plain, as a customer reads it."""

    heading: str
    text: str


class ArticleSummary(Record, frozen=True, kw_only=True):
    """languages: published ones. drafts: languages with a version newer than what is published.

    used: how often it was inserted or answered with, in the last 90 days; likewise helped, not_helped.
    used_at: the last day of any of it; null: never. proposed_from: the conversation it was proposed from; the own one
    of a case.
    """

    article_id: str
    key: str
    category: str
    audience: Audience
    state: ArticleState
    language: str
    title: str
    languages: list[str]
    drafts: list[str]
    changed_at: Ms
    reviewed_at: Ms
    used: int
    helped: int
    not_helped: int
    used_at: Ms | None
    proposed_from: str


class ArticleText(Record, frozen=True, kw_only=True):
    """One version in one language. body: Markdown. examples: questions people ask; they train the bot.

    published: it is what readers see.
    """

    language: str
    version: int
    published: bool
    title: str
    body: str
    examples: list[str]
    saved_at: Ms
    saved_by: str


class MissedSearch(Record, frozen=True, kw_only=True):
    """What people looked for without finding anything. texts: what they wrote, most frequent first, as one question."""

    language: str
    texts: list[str]
    count: int
    last_at: Ms


# ---------------------------------------------------------------- commands: reading


class SearchArticles(Command, tag="articles.search", frozen=True, kw_only=True):
    """Published articles about this, best first. An empty text finds nothing.

    remember: what finds nothing counts as missing; false while somebody is still typing.
    """

    text: str
    language: Language = "en"
    limit: Limit = 10
    remember: bool = True


class SuggestArticles(Command, tag="articles.suggest", frozen=True, kw_only=True):
    """Articles about what the customer of a conversation of mine last wrote. Errors: not_yours."""

    conversation_id: Id
    limit: Limit = 3


class ReadArticle(Command, tag="article.read", frozen=True, kw_only=True):
    """A published article, in this language or the nearest there is. Errors: unknown_article."""

    article_id: Id
    language: Language = "en"


class ListArticles(Command, tag="articles.list", frozen=True, kw_only=True):
    """Articles by title, after the one with the id `after`. Agents see published ones.

    which: all; drafts: with something unpublished; stale: published, and not reviewed for 180 days or not used for 90;
    archived. category: with all below it; empty: any. Errors: wrong_role (agents ask for all only).
    """

    which: Literal["all", "drafts", "stale", "archived"] = "all"
    category: str = ""
    language: Language = "en"
    after: str = ""
    limit: Limit = 50


class FetchCategories(Command, tag="categories.fetch", frozen=True, kw_only=True):
    """All categories, parents before their children."""


class ArticleUsed(Command, tag="article.used", frozen=True, kw_only=True):
    """Count that I read, inserted or judged it. Errors: unknown_article."""

    article_id: Id
    what: Use


# ---------------------------------------------------------------- commands: writing (editors; others: wrong_role)


class FetchArticle(Command, tag="article.fetch", frozen=True, kw_only=True):
    """An article with the newest version of each language. Errors: unknown_article."""

    article_id: Id


class FetchVersions(Command, tag="article.versions", frozen=True, kw_only=True):
    """All versions of one language, newest first, at most 50 older than `before` (0: from the newest)."""

    article_id: Id
    language: Language
    before: Number = 0


class SaveArticle(Command, tag="article.save", frozen=True, kw_only=True):
    """Save a version; it is read once it is published. Idempotent by client_id.

    article_id: empty makes an article; key then is its name, made from the title when empty.
    base_version: what was edited; 0: the first of this language. Errors: article_changed (somebody saved meanwhile;
    detail version), article_exists (key), unknown_article, unknown_category, bad_value, text_empty, text_too_long.
    """

    client_id: Id
    article_id: str = ""
    key: str = ""
    category: Key
    audience: Audience
    language: Language
    base_version: Number
    title: str
    body: str
    examples: tuple[str, ...] = ()


class PublishArticle(Command, tag="article.publish", frozen=True, kw_only=True):
    """Let readers see this version. Errors: unknown_article (or version)."""

    article_id: Id
    language: Language
    version: Number


class WithdrawArticle(Command, tag="article.withdraw", frozen=True, kw_only=True):
    """Readers see this language no more."""

    article_id: Id
    language: Language


class RestoreArticle(Command, tag="article.restore", frozen=True, kw_only=True):
    """An older version becomes the newest draft. Errors: unknown_article (or version)."""

    article_id: Id
    language: Language
    version: Number


class ArchiveArticle(Command, tag="article.archive", frozen=True, kw_only=True):
    """Put it away with its history, or bring it back."""

    article_id: Id
    archived: bool


class ReviewArticle(Command, tag="article.review", frozen=True, kw_only=True):
    """I have read it and it still holds."""

    article_id: Id


class PreviewArticle(Command, tag="article.preview", frozen=True, kw_only=True):
    """What Markdown looks like. Errors: text_too_long."""

    body: str


class ProposeArticle(Command, tag="article.propose", frozen=True, kw_only=True):
    """Make a draft for an editor to review: from a conversation I see, or all that was said in a case I may change.

    All staff. Idempotent by conversation or case. Quotations, names, addresses and numbers are left out.
    Errors: not_yours, unknown_case, text_empty (nobody answered the customer), bad_value (neither or both).
    """

    conversation_id: str = ""
    case_id: str = ""


class PutCategory(Command, tag="category.put", frozen=True, kw_only=True):
    """Make or change a category. Errors: unknown_category (parent), bad_value (it would be below itself)."""

    key: Key
    parent: str = ""
    position: Annotated[int, Meta(ge=0, le=10_000)] = 0
    labels: dict[Language, str]


class RemoveCategory(Command, tag="category.remove", frozen=True, kw_only=True):
    """Errors: category_in_use."""

    key: Key


class FetchMissed(Command, tag="articles.missed", frozen=True, kw_only=True):
    """What was looked for without finding anything, like questions together, most frequent first."""

    limit: Limit = 20


class FetchKnowledgeOverview(Command, tag="knowledge.overview", frozen=True, kw_only=True):
    """What is to be done, and how self-help went in the last so many days."""

    days: Annotated[int, Meta(ge=1, le=366)] = 30


class DismissMissed(Command, tag="articles.dismiss_missed", frozen=True, kw_only=True):
    """Forget these questions: they are answered now, or none of ours."""

    language: Language
    texts: list[str]


KnowledgeCommand = (
    SearchArticles
    | SuggestArticles
    | ReadArticle
    | ListArticles
    | FetchCategories
    | ArticleUsed
    | FetchArticle
    | FetchVersions
    | SaveArticle
    | PublishArticle
    | WithdrawArticle
    | RestoreArticle
    | ArchiveArticle
    | ReviewArticle
    | PreviewArticle
    | ProposeArticle
    | PutCategory
    | RemoveCategory
    | FetchMissed
    | FetchKnowledgeOverview
    | DismissMissed
)

# ---------------------------------------------------------------- results


class ArticlesFound(Result, tag="articles.found", frozen=True, kw_only=True):
    """asked: what was searched for."""

    hits: list[ArticleHit]
    asked: str


class ArticleShown(Result, tag="article.shown", frozen=True, kw_only=True):
    """html: safe to show as it is. parts: the same as plain text, to insert whole or in part.

    languages: all it is published in.
    """

    article_id: str
    key: str
    category: str
    audience: Audience
    language: str
    languages: list[str]
    title: str
    html: str
    parts: list[ArticlePart]
    published_at: Ms


class ArticleList(Result, tag="articles", frozen=True, kw_only=True):
    articles: list[ArticleSummary]
    more: bool


class Categories(Result, tag="categories", frozen=True, kw_only=True):
    """may_edit: whether I may write articles."""

    categories: list[ArticleCategory]
    may_edit: bool


class ArticleFetched(Result, tag="article", frozen=True, kw_only=True):
    """case_number: of the case it was proposed from, or whose conversation it was; 0: of none."""

    article: ArticleSummary
    texts: list[ArticleText]
    case_number: int


class ArticleVersions(Result, tag="article.history", frozen=True, kw_only=True):
    versions: list[ArticleText]


class ArticleSaved(Result, tag="article.saved", frozen=True, kw_only=True):
    article_id: str
    language: str
    version: int


class ArticlePreview(Result, tag="article.previewed", frozen=True, kw_only=True):
    html: str


class Missed(Result, tag="missed", frozen=True, kw_only=True):
    groups: list[MissedSearch]


class KnowledgeOverview(Result, tag="knowledge.overviewed", frozen=True, kw_only=True):
    """drafts, stale: articles, as the lists have them. missing: groups of questions nothing was found for.

    Of visits in which somebody searched or read: helped: it did, they said last; person: they asked for one. satisfied:
    it helped and they asked for no person. left: read something, said nothing, asked for no person. unanswered:
    searched, and never found anything.
    """

    drafts: int
    stale: int
    missing: int
    visits: int
    helped: int
    not_helped: int
    person: int
    satisfied: int
    left: int
    unanswered: int


KnowledgeResult = (
    ArticlesFound
    | ArticleShown
    | ArticleList
    | Categories
    | ArticleFetched
    | ArticleVersions
    | ArticleSaved
    | ArticlePreview
    | Missed
    | KnowledgeOverview
)
