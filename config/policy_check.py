"""What `usher policy check` finds: faults of a policy, and names in it or beside it that lead nowhere."""

from __future__ import annotations

from pathlib import Path

from config.fault import ConfigInvalid, Fault
from config.policy import read_policy
from config.receivers import read_keys


def check_report(path: Path, *, receivers: Path | None = None, bots: Path | None = None) -> dict[str, object]:
    """What `usher policy check --json` prints.

    path: a TOML file, a folder of them, or a centre's whole folder, whose receivers and bot are then looked at.
    receivers, bots: what USHER_RECEIVERS and USHER_BOTS name; without the first a policy may tell nobody.
    """
    faults = check_beside(path, receivers=receivers, bots=bots)
    errors = [
        {"file": fault.file, "line": fault.line, "column": fault.column, "reason": fault.reason} for fault in faults
    ]
    return {"ok": not faults, "errors": errors}


def check_beside(path: Path, *, receivers: Path | None = None, bots: Path | None = None) -> list[Fault]:
    """Every fault, in the order of files and lines. See `check_report`."""
    if (path / "policy").is_dir():
        receivers, bots = _there(path / "receivers.toml"), _there(path / "bot")
        path = path / "policy"
    keys, faults = _keys(receivers)
    policy, of_policy = read_policy(path, receivers=keys)
    faults += of_policy
    if bots is not None and policy is not None:
        faults += _of_bots(bots, tuple(policy.queues))
    return sorted(faults)


def _there(path: Path) -> Path | None:
    return path if path.exists() else None


def _keys(receivers: Path | None) -> tuple[tuple[str, ...] | None, list[Fault]]:
    """None for keys nobody can read: then none of them is called missing."""
    if receivers is None:
        return (), []
    try:
        return read_keys(receivers)
    except ConfigInvalid as invalid:
        return None, [*invalid.faults]


def _of_bots(bots: Path, queues: tuple[str, ...]) -> list[Fault]:
    from config.bot import unknown_queues  # most policies are checked without a bot, and faster without its words

    try:
        return unknown_queues(bots, queues)
    except ConfigInvalid as invalid:
        return [*invalid.faults]
