"""What staff ask of the knowledge base."""

from __future__ import annotations

from router.core.words import AgentId
from router.engine.centre import Centre
from router.engine.knowledge import proposing, reading, searching, writing
from router.protocol import knowledge


async def carry_out(
    centre: Centre, me: AgentId, command: knowledge.KnowledgeCommand
) -> knowledge.KnowledgeResult | None:
    match command:
        case knowledge.SearchArticles():
            return await searching.for_agent(centre, command)
        case knowledge.SuggestArticles():
            return await searching.suggest(centre, me, command)
        case knowledge.ReadArticle():
            return await reading.read(centre, command.article_id, command.language)
        case knowledge.ListArticles():
            return await reading.listed(centre, me, command)
        case knowledge.FetchCategories():
            return await reading.categories(centre, me)
        case knowledge.ArticleUsed():
            await reading.used(centre, command)
        case knowledge.ProposeArticle():
            return await proposing.propose(centre, me, command)
        case _:
            return await _edit(centre, me, command)
    return None


async def _edit(centre: Centre, me: AgentId, command: knowledge.KnowledgeCommand) -> knowledge.KnowledgeResult | None:
    match command:
        case knowledge.FetchArticle():
            return await reading.fetch(centre, me, command.article_id)
        case knowledge.FetchVersions():
            return await writing.versions(centre, me, command)
        case knowledge.SaveArticle():
            return await writing.save(centre, me, command)
        case knowledge.RestoreArticle():
            return await writing.restore(centre, me, command)
        case knowledge.PublishArticle():
            await writing.publish(centre, me, command)
        case knowledge.WithdrawArticle():
            await writing.withdraw(centre, me, command)
        case knowledge.ArchiveArticle():
            await writing.archive(centre, me, command)
        case knowledge.ReviewArticle():
            await writing.review(centre, me, command)
        case knowledge.PreviewArticle():
            return writing.preview(command)
        case knowledge.PutCategory():
            await writing.put_category(centre, me, command)
        case knowledge.RemoveCategory():
            await writing.remove_category(centre, me, command)
        case knowledge.FetchMissed():
            return await reading.missed(centre, me, command)
        case knowledge.FetchKnowledgeOverview():
            return await reading.overview(centre, me, command)
        case knowledge.DismissMissed():
            await reading.dismiss(centre, me, command)
        case _:
            raise AssertionError(command)
    return None
