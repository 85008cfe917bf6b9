"""`usher eval bot`: how well the understanding engine does on a data set. `usher bot train`: teach it."""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from router.cli.output import as_json, refuse, say

if TYPE_CHECKING:
    from router.understanding.corpus import Row, Split
    from router.understanding.examples import Example

existing = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(name="eval")
def evals() -> None:
    """Measure what is learnt on data it was not taught."""


@evals.command()
@click.option("--train", "train_files", type=existing, multiple=True, required=True, help="May be given again.")
@click.option("--test", "test_files", type=existing, multiple=True, required=True)
@click.option("--valid", "valid_files", type=existing, multiple=True, help="Fits confidence and threshold only.")
@click.option("--text-column", default="", help="By default told by names and content; without names, its number.")
@click.option("--label-column", default="")
@click.option("--out-of-scope", default="", help='The label for "none of these"; by default oos and the like.')
@click.option("--per-intent", type=click.IntRange(1), help="Teach only so many examples of each intent.")
@click.option("--seed", default=0, show_default=True, help="Which of them.")
@click.option("--engine", type=click.Choice(["meaning", "wording"]), help="By default the best that is installed.")
@as_json
def bot(as_json: bool, **options: Any) -> None:
    """Train on one split, measure on another. The threshold comes from --valid or from held-out training texts."""
    from router.understanding.corpus import BadCorpus
    from router.understanding.encoding import EngineMissing
    from router.understanding.examples import NothingToLearn

    try:
        result = _evaluated(**options)
    except (BadCorpus, NothingToLearn, EngineMissing) as error:
        refuse(str(error))
    if as_json:
        say(result)
        return
    for key, value in result.items():
        click.echo(f"{key:<26} {value}")


def _evaluated(
    *,
    train_files: Sequence[Path],
    test_files: Sequence[Path],
    valid_files: Sequence[Path],
    text_column: str,
    label_column: str,
    out_of_scope: str,
    per_intent: int | None,
    seed: int,
    engine: Any,
) -> dict[str, Any]:
    from router.understanding import semantic
    from router.understanding.corpus import without_scope
    from router.understanding.corpus_file import has_split, read_corpus
    from router.understanding.encoding import engine_name
    from router.understanding.evaluation import evaluate, seen
    from router.understanding.training import train

    def rows(files: Sequence[Path], split: Split) -> list[Row]:
        read = (read_corpus(file, split, text_column=text_column, label_column=label_column) for file in files)
        return without_scope([row for file in read for row in file], out_of_scope)

    taught, test = rows(train_files, "train"), rows(test_files, "test")
    if per_intent:
        taught = _few(taught, per_intent, seed)
    divided = [] if per_intent else [file for file in train_files if has_split(file, "valid")]
    validation = rows(valid_files or divided, "valid")
    started = time.monotonic()
    model = train(_examples(taught), engine=engine, validation=_examples(validation))
    train_s = time.monotonic() - started
    known = set(model.intents)
    return {
        "engine": engine_name(model.engine),
        **evaluate(model, test),
        "model": model.version,
        "weights_sha256": semantic.FILES["weights.npz"] if model.engine == "meaning" else "",
        "threshold": round(model.threshold, 4),
        "temperature": round(model.temperature, 4),
        "train_s": round(train_s, 1),
        "rows": {
            "taught": model.facts["examples"],
            "intents": len(known),
            "validation": len(validation),
            "test": len(test),
            "test_out_of_scope": sum(not row.labels for row in test),
            "test_label_never_taught": sum(bool(row.labels) and not known & set(row.labels) for row in test),
            "test_text_also_taught": seen(test, taught),
        },
    }


def _examples(rows: Sequence[Row]) -> list[Example]:
    from router.understanding.examples import Example

    return [Example(row.text, row.labels) for row in rows if row.labels]


def _few(rows: Sequence[Row], most: int, seed: int) -> list[Row]:
    """At most so many of each intent, drawn by the seed, whatever the order of the file."""
    groups: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in sorted(set(rows), key=lambda row: (row.labels, row.text)):
        groups[row.labels[:1]].append(row)
    chance = random.Random(seed)
    return [row for _, group in sorted(groups.items()) for row in chance.sample(group, min(most, len(group)))]


@click.command(name="train")
@click.argument("files", type=existing, nargs=-1, required=True, metavar="FILE...")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where the model is put.")
@click.option("--engine", type=click.Choice(["meaning", "wording"]), help="By default the best that is installed.")
@as_json
def train_bot(files: tuple[Path, ...], out: Path, engine: Any, as_json: bool) -> None:
    """Teach examples from data sets. A server that uses the model reads the new one within a second."""
    from router.understanding.corpus import BadCorpus, without_scope
    from router.understanding.corpus_file import read_corpus
    from router.understanding.encoding import EngineMissing, engine_name
    from router.understanding.examples import NothingToLearn
    from router.understanding.model_file import save
    from router.understanding.training import train

    started = time.monotonic()
    try:
        rows = without_scope([row for file in files for row in read_corpus(file, "train")])
        model = train(_examples(rows), engine=engine)
        save(model, out)
    except (BadCorpus, NothingToLearn, EngineMissing) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{out}: {error.strerror}")
    result = {
        "model": model.version,
        "engine": engine_name(model.engine),
        **model.facts,
        "train_s": round(time.monotonic() - started, 1),
        "file": str(out),
    }
    if as_json:
        say(result)
    else:
        click.echo(
            f"{result['model']}: {result['examples']} examples of {result['intents']} intents "
            f"by {result['engine']} in {result['train_s']} s"
        )
    sys.exit(0)
