"""How commands speak: results on stdout (one JSON document with --json), everything else on stderr.

Every command imports this, so what only servers need (loop, logging, stores) is imported by the functions that do.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import click

R = TypeVar("R")

BAD_INPUT = 2

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


def say(result: dict[str, Any]) -> None:
    os.set_blocking(sys.stdout.fileno(), True)  # a pipe another process made non-blocking would cut a long document
    click.echo(json.dumps(result, ensure_ascii=False))


def refuse(*lines: str) -> NoReturn:
    """End with what is wrong with the input."""
    for line in lines:
        click.secho(line, fg="red", err=True)
    sys.exit(BAD_INPUT)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn errors people can mend into plain lines; anything else is a bug and shows its traceback."""
    from config.fault import ConfigInvalid
    from config.settings import SettingsInvalid
    from router.embedded import EmbeddedError
    from router.protocol.errors import UsherError
    from router.store.postgres.migrations import MigrationError

    try:
        yield
    except SettingsInvalid as invalid:
        refuse(*invalid.problems)
    except ConfigInvalid as invalid:
        refuse(*(str(fault) for fault in invalid.faults))
    except (EmbeddedError, MigrationError) as error:
        refuse(str(error))
    except UsherError as error:
        click.secho(str(error), fg="red", err=True)
        sys.exit(1)
    except ConnectionError as error:
        click.secho(f"cannot connect: {error}", fg="red", err=True)
        sys.exit(1)


def run(work: Callable[[], Coroutine[Any, Any, R]]) -> R:
    """Run asynchronous work on uvloop, with errors told plainly."""
    import uvloop

    with told_plainly():
        try:
            return uvloop.run(work())
        except BaseExceptionGroup as group:
            raise _only(group) from None


def _only(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one error in nested groups of one; else the group itself."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def set_up_logging(log_format: str, level: str) -> None:
    """Structured lines on stderr: for people, or JSON for machines. Warnings of libraries are such lines, too."""
    import logging

    import structlog

    renderer: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    facts: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*facts, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *facts],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[libraries])
