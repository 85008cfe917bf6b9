"""The files `usher explain` reads: a task's attributes, and workers as they are at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from config.strict_json import JsonInvalid, parse_json, read_json
from router.core.taskrouter.explain import Worker

MOST_WORKERS_BYTES = 20_000_000


def read_task(path: Path) -> Mapping[str, object]:
    """A task's attributes. Raises JsonInvalid: no object in the file."""
    task = read_json(path)
    if not isinstance(task, dict):
        raise JsonInvalid(f"{path}: expected an object, the task's attributes")
    return task


def read_workers(path: Path) -> tuple[Worker, ...]:
    """A list of {"id", "attributes", "available", "channels", "idle_s"}; only `id` is needed.

    What TaskRouter's REST API says in other words is understood, too: `attributes` as a text of JSON, `friendly_name`
    beside them, `configured_capacity` and `assigned_tasks` of a channel. Raises JsonInvalid.
    """
    listed = read_json(path, most_bytes=MOST_WORKERS_BYTES)
    if not isinstance(listed, list):
        raise JsonInvalid(f"{path}: expected a list of workers")
    try:
        workers = tuple(_worker(entry, f"[{number}]") for number, entry in enumerate(listed))
    except JsonInvalid as error:
        raise JsonInvalid(f"{path}: {error}") from None
    ids = [worker.id for worker in workers]
    if len(set(ids)) < len(ids):
        twice = next(worker_id for number, worker_id in enumerate(ids) if worker_id in ids[:number])
        raise JsonInvalid(f"{path}: the id {twice[:80]!r} is there twice")
    return workers


def _worker(entry: object, where: str) -> Worker:
    if not isinstance(entry, dict):
        raise JsonInvalid(f"{where}: expected an object")
    worker_id, available = entry.get("id"), entry.get("available", True)
    if not isinstance(worker_id, str) or not worker_id:
        raise JsonInvalid(f"{where}.id: expected a text")
    if not isinstance(available, bool):
        raise JsonInvalid(f"{where}.available: expected true or false")
    channels = _object(entry.get("channels"), f"{where}.channels")
    loads = {name: _object(load, f"{where}.channels.{name}") for name, load in channels.items()}
    named = {"friendly_name": entry["friendly_name"]} if "friendly_name" in entry else {}
    counted = {name: (load, f"{where}.channels.{name}") for name, load in loads.items()}
    return Worker(
        id=worker_id,
        attributes={**named, **_object(entry.get("attributes"), f"{where}.attributes")},
        available=available,
        capacities={name: _count(load, at, "capacity", "configured_capacity") for name, (load, at) in counted.items()},
        assigned={name: _count(load, at, "assigned", "assigned_tasks") for name, (load, at) in counted.items()},
        idle_s=_seconds(entry.get("idle_s"), f"{where}.idle_s"),
    )


def _object(value: object, where: str) -> Mapping[str, object]:
    """An object; nothing is an empty one, and the REST API gives attributes as a text of JSON."""
    if isinstance(value, str):
        try:
            value = parse_json(value.encode())
        except JsonInvalid as error:
            raise JsonInvalid(f"{where}: {error}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise JsonInvalid(f"{where}: expected an object")
    return value


def _count(load: Mapping[str, object], where: str, *keys: str) -> int:
    """What is at the first of these keys that is there; 0 when none is."""
    key = next((each for each in keys if each in load), keys[0])
    value = load.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
        raise JsonInvalid(f"{where}.{key}: expected a whole number from 0")
    return int(value)


def _seconds(value: object, where: str) -> float:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise JsonInvalid(f"{where}: expected seconds from 0")
    return value
