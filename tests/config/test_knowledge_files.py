"""A knowledge base as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.fault import ConfigInvalid
from config.knowledge_files import DEMO, files_of, load_knowledge

CATEGORIES = '[[categories]]\nkey = "orders"\nlabels = { en = "Orders" }\n'
HEAD = '+++\nlanguage = "en"\ntitle = "Returns"\ncategory = "orders"\n+++\n'
LANGUAGES = {"en", "pl", "ru", "el", "de"}


def folder(tmp_path: Path, article: str, name: str = "returns.md") -> Path:
    (tmp_path / "categories.toml").write_text(CATEGORIES)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / name).write_text(article, "utf-8")
    return tmp_path


def faults(path: Path) -> list[str]:
    with pytest.raises(ConfigInvalid) as invalid:
        load_knowledge(path)
    return [str(fault).removeprefix(f"{path}/articles/") for fault in invalid.value.faults]


def test_what_is_written_reads_as_it_was(tmp_path: Path) -> None:
    known = load_knowledge(DEMO)
    for name, content in files_of(known).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    assert load_knowledge(tmp_path) == known


def test_the_demo_shop_knows_its_trade_in_five_languages() -> None:
    known = load_knowledge(DEMO)
    assert len(known.articles) >= 25
    assert sum({text.head.language for text in article.texts} == LANGUAGES for article in known.articles) >= 12
    assert all(text.head.examples for article in known.articles for text in article.texts)
    assert all(set(text.texts) == LANGUAGES for text in known.quick_texts)
    assert all(set(category.labels) == LANGUAGES for category in known.categories)


def test_a_body_with_a_fence_of_its_own_stays_one_article(tmp_path: Path) -> None:
    known = load_knowledge(folder(tmp_path, f"{HEAD}\nBefore\n\n +++\n\nAfter\n"))
    (article,) = known.articles
    written = files_of(known)["articles/returns.md"]
    assert written.count("\n+++\n") + written.startswith("+++\n") == 2
    assert "After" in article.texts[0].body


@pytest.mark.parametrize(
    ("article", "told"),
    [
        ("Just words", "returns.md:1:1: each language begins with a head between two lines of +++"),
        (f"{HEAD}\n", "returns.md:5:1: there is no text below this head"),
        (
            HEAD.replace("orders", "odrers") + "\nx",
            "returns.md:4:12: undefined category 'odrers'; did you mean 'orders'?",
        ),
        (f"{HEAD}\nx\n{HEAD}\ny", "returns.md:1:1: a language is there twice"),
        (HEAD.replace('category = "orders"\n', "") + "\nx", "returns.md:1:1: the first head must say the category"),
        (f"{HEAD}\nx\n+++\nlanguage = \n+++\ny", "returns.md:9:12: not TOML: Invalid value"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, article: str, told: str) -> None:
    assert faults(folder(tmp_path, article)) == [told]


def test_an_articles_file_is_named_as_its_address(tmp_path: Path) -> None:
    assert faults(folder(tmp_path, f"{HEAD}\nx", "My Article.md")) == [
        "My Article.md:1:1: an article's file is named in small letters, digits and dashes"
    ]
