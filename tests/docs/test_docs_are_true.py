"""What the docs name exists, and what exists is named."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from config.settings import Settings, variable
from router.cli import main
from router.protocol import generate
from router.protocol.errors import CODES

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def commands(group: click.Group, words: str) -> list[str]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = commands(command, f"{words} {name}") if isinstance(command, click.Group) else [f"{words} {name}"]
        found += below
    return found


def test_generated_files_are_fresh() -> None:
    for path, text in generate.generated().items():
        assert path.read_text("utf-8") == text, f"{path.relative_to(ROOT)}: run `make docs`"


@pytest.mark.parametrize("words", commands(main, "usher"))
def test_every_command_is_in_the_operations_page(words: str) -> None:
    assert f"`{words}`" in (ROOT / "docs/operations.md").read_text("utf-8")


def test_every_setting_is_in_the_configuration_page() -> None:
    page = (ROOT / "docs/configuration.md").read_text("utf-8")
    assert [name for name in Settings.__struct_fields__ if f"`{variable(name)}`" not in page] == []


def test_every_setting_a_page_names_exists() -> None:
    known = {variable(name) for name in Settings.__struct_fields__}
    known |= {f"{name}_FILE" for name in known} | {"USHER_SETTINGS", "USHER_DATA"}
    pages = [page for page in PAGES if page.parent.name != "decisions"]
    named = {found for page in pages for found in re.findall(r"\bUSHER_[A-Z_]+[A-Z]\b", page.read_text("utf-8"))}
    assert named - known == set()


def test_every_error_code_is_in_the_protocol_page() -> None:
    page = (ROOT / "docs/protocol.md").read_text("utf-8")
    assert [code for code in CODES if f"`{code}`" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_every_file_the_architecture_names_exists() -> None:
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    named = re.findall(r"`([a-z_]+/[\w/.*-]+)`", page)
    roots = [ROOT, ROOT / "router"]
    missing = [name for name in named if not any(list(root.glob(name.rstrip("/"))) for root in roots)]
    assert missing == []


def test_readme_shows_the_two_commands_and_ci_calls_the_second() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in readme
    assert "make test" in readme
    assert "make test" in (ROOT / ".ci/run").read_text("utf-8")
