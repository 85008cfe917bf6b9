"""[retention] in TOML: how long what is kept of customers stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from config.document import Node
from config.fault import Fault
from router.core.retention import KINDS, REQUESTS_DAYS, Retention

MOST_DAYS = 36_500
Days = Annotated[int, Meta(ge=0, le=MOST_DAYS)]


class RetentionShape(Struct, frozen=True, kw_only=True):
    """[retention]: for how many days what is kept of customers stays; 0: for ever."""

    conversations_days: Annotated[
        Days, Meta(description="Conversations of no case, with their files, since they were closed.")
    ] = 0
    cases_days: Annotated[Days, Meta(description="Cases with all their conversations, since they were closed.")] = 0
    calls_days: Annotated[Days, Meta(description="Calls with their recordings, since they ended.")] = 0
    mails_days: Annotated[Days, Meta(description="Mails as they came; what was written in them stays longer.")] = 0
    bot_days: Annotated[Days, Meta(description="What bots noted and decided while they talked.")] = 0
    customers_days: Annotated[Days, Meta(description="Customers since their last contact: they are erased.")] = 0
    audit_days: Annotated[Days, Meta(description="Who saw and changed what.")] = 0
    requests_days: Annotated[
        int, Meta(ge=8, le=MOST_DAYS, description="Requests of providers as they came; they repeat them for a week.")
    ] = REQUESTS_DAYS


def build_retention(shape: RetentionShape) -> Retention:
    return Retention(days={kind: days for kind in KINDS if (days := getattr(shape, f"{kind}_days"))})


def judged_retention(tree: Node) -> Iterator[Fault]:
    """A case that is reopened must still be there."""
    kept, reopens = tree.at("retention", "cases_days"), tree.at("cases", "reopen_s")
    if kept is None or not isinstance(kept.value, int) or not kept.value:
        return
    reopen_s = reopens.value if reopens is not None and isinstance(reopens.value, int | float) else 1_209_600
    if kept.value * 86_400 < reopen_s:
        yield kept.fault(f"a case may be reopened for {reopen_s / 86_400:g} days: keep it as long ([cases] reopen_s)")
