"""Programs elsewhere that are told what becomes of cases: `receivers.toml`.

A secret is never in the file: an entry says where it is, `env:NAME` or `file:PATH`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from config.channel_accounts import IsSecretSource, IsWebUrl, secret_text
from config.document import Node, read
from config.fault import ConfigInvalid, Fault
from config.policy_shape import Name
from config.shape import Report, fill
from router.core.receiver import Receiver

FEWEST_SECRET_CHARS = 16


class ReceiverShape(Struct, frozen=True, kw_only=True):
    """[[receivers]]: one program that is told."""

    key: Annotated[Name, Meta(description="Its name, as actions of deadlines call it.")]
    url: Annotated[str, IsWebUrl(), Meta(min_length=1, max_length=500, description="Where notices are posted.")]
    secret: Annotated[
        str, IsSecretSource(), Meta(description="Where the key is that notices are signed with: env:NAME or file:PATH.")
    ]
    internal: Annotated[
        bool, Meta(description="It is in our own network; else addresses there are refused, whatever its name says.")
    ] = False
    within_s: Annotated[float, Meta(ge=0.5, le=30, description="How long its answer is waited for.")] = 10.0


class ReceiversFile(Struct, frozen=True, kw_only=True):
    """Keys at the top of the file."""

    receivers: tuple[ReceiverShape, ...]


def load_receivers(path: Path, environ: Mapping[str, str] | None = None) -> Mapping[str, Receiver]:
    """By key. Raises ConfigInvalid with every fault; never with a secret."""
    environ = os.environ if environ is None else environ
    tree = read(path)
    shape, report = _filled(tree)
    secrets: list[str] = []
    for entry in tree.elements("receivers"):
        secret = entry.at("secret")
        text, problem = ("", "")
        if secret is not None and isinstance(secret.value, str):
            text, problem = secret_text(secret.value, path, environ)
            if not problem and len(text) < FEWEST_SECRET_CHARS:
                problem = f"a key of at least {FEWEST_SECRET_CHARS} characters"
            if problem:
                report.add(secret.fault(problem))
        secrets.append(text)
    if shape is None or report.faults:
        raise ConfigInvalid(sorted(report.faults))
    return {
        each.key: Receiver(key=each.key, url=each.url, secret=secret, internal=each.internal, within_s=each.within_s)
        for each, secret in zip(shape.receivers, secrets, strict=True)
    }


def read_keys(path: Path) -> tuple[tuple[str, ...], list[Fault]]:
    """The keys in the file, and what is wrong with it; secrets are not looked for. Raises ConfigInvalid: no TOML."""
    tree = read(path)
    _, report = _filled(tree)
    keys = (entry.at("key") for entry in tree.elements("receivers"))
    return tuple(str(key.value) for key in keys if key is not None), sorted(report.faults)


def _filled(tree: Node) -> tuple[ReceiversFile | None, Report]:
    report = Report()
    shape = fill(ReceiversFile, tree, report)
    seen: set[object] = set()
    for entry in tree.elements("receivers"):
        key = entry.at("key")
        if key is not None and key.value in seen:
            report.add(key.fault(f"receiver {key.value!r} is there already"))
        seen.add(key.value if key is not None else None)
    return shape, report
