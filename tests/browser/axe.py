"""What axe-core finds wrong with a page, by the rules of WCAG 2.2 AA and its own best practice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

SOURCE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
SCRIPT = "([of, rules]) => axe.run(of ?? document, { runOnly: rules, resultTypes: ['violations'] })"
"""Of what is right it keeps no list: to name each such place takes as long as to judge them."""
SETTLED = """() => Promise.all(
    document.getAnimations()
        .filter((each) => each.effect.getComputedTiming().endTime < 1000)
        .map((each) => each.finished.catch(() => {}))
)"""
"""Between two colours there are others, which nobody reads by."""


async def violations(page: Page, of: str | None = None, *, best_practice: bool = True) -> list[str]:
    """As rule and place. of: a selector, the part looked at. best_practice: not on pages of somebody else."""
    if await page.evaluate("typeof axe") == "undefined":
        await page.evaluate(SOURCE.read_text("utf-8"))
    await page.evaluate(SETTLED)
    found: dict[str, Any] = await page.evaluate(SCRIPT, [of, [*WCAG, *(["best-practice"] if best_practice else [])]])
    return [f"{one['id']}: {node['target']}" for one in found["violations"] for node in one["nodes"]]
