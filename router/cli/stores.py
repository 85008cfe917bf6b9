"""What commands begin with: settings, and the stores those name, or embedded ones."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from config.secret import Secret
from config.settings import Settings, SettingsInvalid, load_settings
from router import embedded
from router.cli.output import refuse, set_up_logging
from router.embedded import Urls

SERVER_FILE = "server.json"
"""In the data folder while a server runs: where its stores are, for operator commands."""


def settings_of(overrides: Mapping[str, Any]) -> Settings:
    """The settings in force, overrides from the command line first; logging goes by them from now on."""
    try:
        settings = load_settings(overrides=overrides)
    except SettingsInvalid as invalid:
        refuse(*invalid.problems)
    set_up_logging(settings.log_format, settings.log_level)
    return settings


@contextlib.asynccontextmanager
async def servers(settings: Settings) -> AsyncIterator[tuple[Urls, Settings]]:
    """External stores if they are set, else embedded ones."""
    if settings.redis_url and settings.postgres_url:
        urls = Urls(redis=settings.redis_url.reveal(), postgres=settings.postgres_url.reveal())
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        yield urls, settings
        return
    async with embedded.servers(settings.data_dir) as urls:
        yield (
            urls,
            msgspec.structs.replace(settings, redis_url=Secret(urls.redis), postgres_url=Secret(urls.postgres)),
        )


def of_running_server(settings: Settings) -> Settings:
    """These settings with stores and policy of the server that runs on the data folder; as they are when none runs."""
    try:
        noted = json.loads((settings.data_dir / SERVER_FILE).read_text())
    except (OSError, ValueError):
        return settings
    policy = Path(noted["policy"]) if noted["policy"] else None
    return msgspec.structs.replace(
        settings,
        redis_url=Secret(noted["redis"]),
        postgres_url=Secret(noted["postgres"]),
        policy=settings.policy or policy,
    )
