"""Articles for tests: written, published and found through the wire."""

from __future__ import annotations

import secrets
from typing import Any

from tests.gateway.wire import Tab

RETURNS = "You have **30 days** to send it back.\n\n## Labels\n\nPrint the label at home, or ask us for one."


async def written(sue: Tab, title: str = "Return an order", body: str = RETURNS, **facts: Any) -> str:
    """An article in English, published; its id."""
    saved = await draft(sue, title, body, **facts)
    article_id: str = saved["article_id"]
    await sue.ask("article.publish", article_id=article_id, language=saved["language"], version=saved["version"])
    return article_id


async def draft(sue: Tab, title: str = "Return an order", body: str = RETURNS, **facts: Any) -> Any:
    await sue.ask("category.put", key="orders", labels={"en": "Orders", "de": "Bestellungen"})
    usual: dict[str, Any] = {
        "client_id": f"s{secrets.token_hex(6)}",
        "category": "orders",
        "audience": "public",
        "language": "en",
        "base_version": 0,
        "title": title,
        "body": body,
    }
    return await sue.ask("article.save", **usual | facts)


async def found(tab: Tab, text: str, **facts: Any) -> list[str]:
    """Ids of what is found, best first."""
    result = await tab.ask("articles.search", text=text, **facts)
    return [hit["article_id"] for hit in result["hits"]]
