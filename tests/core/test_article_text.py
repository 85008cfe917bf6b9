"""What is made of an article's Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.article_text import Part, excerpt, html, parts, passages, plain

BODY = """Send it back within **30 days**. See [our page](https://shop.example/returns).

# What you need

- the *order number*
- a box
  - any box
- patience

Then:

3. print
4. glue

| day | open |
|---|---|
| Mon | 9–17 |
| Sun | – |
"""


def test_an_article_reads_as_plain_text_by_its_headings() -> None:
    first, second = parts(BODY)
    assert first == Part(heading="", text="Send it back within 30 days. See our page (https://shop.example/returns).")
    assert second.heading == "What you need"
    assert second.text == (
        "• the order number\n• a box\n  • any box\n• patience\n\nThen:\n\n3. print\n4. glue\n\n"
        "day | open\nMon | 9–17\nSun | –"
    )


def test_headings_stand_below_the_title_and_links_open_elsewhere() -> None:
    shown = html(BODY)
    assert "<h2>What you need</h2>" in shown
    assert 'rel="noopener noreferrer nofollow"' in shown
    assert 'target="_blank"' in shown
    assert '<ol start="3">' in shown


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://tracker.example/p.gif)",
        '<a href="https://x.example" onclick="alert(1)">x</a>',
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_nothing_in_an_article_runs_or_loads(hostile: str) -> None:
    shown = html(hostile)
    for bad in ("<script", "<img", 'javascript:alert(1)"', 'href="data:', '<a href="https://x.example" onclick'):
        assert bad not in shown


def test_an_excerpt_is_one_line_that_ends_with_a_word() -> None:
    line = excerpt("word " * 200)
    assert len(line) <= 180
    assert line.endswith("word…")
    assert excerpt("# A\n\nb\nc") == "A b c"


def test_passages_are_title_questions_and_parts_none_twice() -> None:
    assert passages("Returns", "Returns\n\n## How\n\nSo.", ["How do I?", "Returns"]) == (
        "Returns",
        "How do I?",
        "How. So.",
    )


@given(st.text(max_size=300))
def test_any_text_is_an_article(body: str) -> None:
    shown = html(body)
    assert "<script" not in shown
    assert isinstance(plain(body), str)
