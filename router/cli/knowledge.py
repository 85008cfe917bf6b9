"""`usher knowledge`: articles, quick texts and macros, from files and to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from config.fault import ConfigInvalid
from router.cli.operating import data_option, opened, policy_option
from router.cli.output import as_json, refuse, run, say


@click.group()
def knowledge() -> None:
    """Articles, quick texts and macros as files."""


@knowledge.command(name="import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@data_option
@policy_option
@click.option("--drafts", is_flag=True, help="Save only; readers see nothing of it until it is published.")
@as_json
def bring_in(folder: Path, drafts: bool, as_json: bool, **overrides: Any) -> None:
    """Add and change what the files in FOLDER say; what they do not name stays. Twice is once."""
    from config.knowledge_files import load_knowledge
    from router.engine.knowledge.carrying import Carried, carry_in
    from router.protocol.errors import BadRequest

    try:
        files = load_knowledge(folder)
    except ConfigInvalid as invalid:
        refuse(*map(str, invalid.faults))

    async def work() -> Carried:
        async with opened(overrides) as made:
            try:
                return await carry_in(made.database, made.policy, files, by="import", at=made.now(), publish=not drafts)
            except BadRequest as error:
                refuse(error.message)

    carried = run(work)
    if as_json:
        say(msgspec.to_builtins(carried))
        return
    click.echo(
        f"{carried.articles} articles: {carried.versions} texts new or changed, {carried.published} published; "
        f"{carried.quick_texts} quick texts, {carried.macros} macros"
    )


@knowledge.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@data_option
@policy_option
@as_json
def export(folder: Path, as_json: bool, **overrides: Any) -> None:
    """Write all that is published to FOLDER, as `import` reads it. Other files there stay."""
    from config.knowledge_files import KnowledgeFiles, files_of
    from router.engine.knowledge.carrying import carry_out

    async def work() -> KnowledgeFiles:
        async with opened(overrides, prepare=False) as made:
            return await carry_out(made.database)

    found = run(work)
    for name, content in files_of(found).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    counts = {name: len(getattr(found, name)) for name in ("articles", "quick_texts", "macros")}
    if as_json:
        say(counts | {"folder": str(folder)})
    else:
        click.echo(f"{counts['articles']} articles, {counts['quick_texts']} quick texts, {counts['macros']} macros")
