"""What a node is to run: settings with the stores' URLs filled in, and everything the files say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.accounts import Account
from config.channel_accounts import ChannelAccount
from config.departments import Departments
from config.forms import Forms
from config.settings import Settings
from router.api.staff import DemoLogin
from router.core.bot.definition import Bot
from router.core.data_source import DataSource
from router.core.policy import Policy
from router.core.receiver import Receiver
from router.engine.bot import reloading
from router.engine.reload import Source
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run: settings with the stores' URLs filled in, and the policy with what belongs to it.

    origins: web origins this server is reached at. demo: logins to show; shop: the demo shop's folder.
    """

    settings: Settings
    policy: Policy
    accounts: Mapping[str, Account]
    origins: frozenset[str]
    demo: Sequence[DemoLogin] = ()
    shop: Path | None = None
    source: Source | None = None
    """Where policy and accounts are read anew from when they change."""
    channels: Mapping[str, ChannelAccount] = field(default_factory=dict)
    """Numbers, pages and bots of ours, by key."""
    departments: Departments = field(default_factory=Departments)
    data_sources: Mapping[str, DataSource] = field(default_factory=dict)
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    forms: Forms = field(default_factory=Forms)
    bots: Mapping[str, Bot] = field(default_factory=dict)
    bot_source: reloading.BotSource | None = None
    """Where bots are read anew from when they change."""
    teaches: bool = True
    """Bots understand with an engine taught here; else by shared words."""
    seed: Callable[[Database, Writer], Awaitable[int]] | None = None
    """Called once the schema is there, before staff are read."""
