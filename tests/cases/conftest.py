"""A centre with cases: letters become cases by rule, deadlines are short enough to watch."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest_asyncio

from config.departments import Alerts, Departments
from router.core.cases.policy import (
    Action,
    CasePolicy,
    CaseType,
    Goal,
    KeywordRule,
    OpeningRule,
    Plan,
    Targets,
)
from router.core.policy import ChannelRule, Policy
from router.core.receiver import Receiver
from router.embedded import Urls
from tests.channels.conftest import (
    CHANNEL,
    PUBLIC_URL,
    Writer,
    _paper_is_a_carrier,
    accounts,
    numbers,
    policy_with_letters,
    room,
    writer,
)
from tests.gateway.centre import Room, TestCentre, two_nodes
from tests.gateway.wire import Refused, Tab
from tests.patience import comes_to_be
from tests.simulators.stand_in import Said, StandIn, running

__all__ = ["Writer", "_paper_is_a_carrier", "comes_to_be", "numbers", "room", "writer"]

HOUR_MS = 3_600_000
NOTIFY = Action(do="notify")
RECEIVERS_KEY = "a key of the program that is told"


def case_policy() -> CasePolicy:
    """Types say which plan fits: `hasty` is over at once, `parcel` in hours."""
    return CasePolicy(
        types={
            "parcel": CaseType(key="parcel", label="Parcel"),
            "parcel_lost": CaseType(key="parcel_lost", label="Lost", parent="parcel", priority="high"),
            "hasty": CaseType(key="hasty", label="Hasty"),
            "quiet": CaseType(key="quiet", label="Quiet"),
        },
        keywords=(
            KeywordRule(case_type="parcel_lost", priority=None, requirements={}, phrases={"en": ("lost parcel",)}),
            KeywordRule(case_type="hasty", priority=None, requirements={}, phrases={"": ("hurry*",)}),
            KeywordRule(case_type="", priority="urgent", requirements={"en": 3}, phrases={"": ("lawyer*",)}),
        ),
        opening=(OpeningRule(opens="always", channels=frozenset({CHANNEL})),),
        plans=(
            Plan(
                name="hasty",
                types=frozenset({"hasty"}),
                goals={
                    "first_response": Goal(
                        in_ms=1_500,
                        warn_ms=1_000,
                        on_warning=(NOTIFY,),
                        on_violation=(
                            NOTIFY,
                            Action(do="prioritise", priority="urgent"),
                            Action(do="label", label="late"),
                            Action(do="alert"),
                            Action(do="webhook", receiver="crm"),
                        ),
                        on_success=(Action(do="label", label="answered"),),
                    )
                },
            ),
            Plan(
                name="quiet",
                types=frozenset({"quiet"}),
                goals={
                    "first_response": Goal(
                        in_ms=HOUR_MS,
                        on_success=(Action(do="move", queue="room-88"), Action(do="webhook", receiver="crm")),
                    )
                },
            ),
            Plan(
                name="steady",
                goals={
                    "first_response": Goal(in_ms=HOUR_MS),
                    "next_response": Goal(in_ms=2 * HOUR_MS, repeats="independent"),
                    "resolution": Goal(in_ms=24 * HOUR_MS, repeats="independent"),
                },
            ),
        ),
        auto_close_ms=0,
        promised={"en": "Case {number} is solved by {time}."},
        survey={"en": "How was case {number}?"},
        targets=Targets(first_response_ms=60_000, in_time=0.9, csat=4.5),
        address={"en": "Case {number} is here: {link}"},
    )


def policy_with_cases(cases: CasePolicy | None = None) -> Policy:
    policy = policy_with_letters()
    channel = ChannelRule(name="case", weight=25, ring_ms=20_000, at_most=4, interruptible=True)
    statuses = {
        name: replace(status, channels=status.channels | {"case"} if status.channels else status.channels)
        for name, status in policy.statuses.items()
    }
    return replace(
        policy, channels={**policy.channels, "case": channel}, statuses=statuses, cases=cases or case_policy()
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crm() -> AsyncIterator[StandIn]:
    """Another program, which is told of deadlines."""
    async with running(StandIn(answer=lambda _: Said(status=204, content=b""))) as program:
        yield program


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(
    embedded_urls: Urls, migrated_template: str, _paper_is_a_carrier: None, crm: StandIn
) -> AsyncIterator[TestCentre]:
    told = Receiver(key="crm", url=f"{crm.url}/hooks", secret=RECEIVERS_KEY, internal=True)
    async with two_nodes(
        embedded_urls,
        migrated_template,
        policy=policy_with_cases(),
        channels=accounts(),
        departments=Departments(alerts=Alerts(account="slack", place="C0ALERTS")),
        receivers={told.key: told},
        public_url=PUBLIC_URL,
        customers_for_agents="all",
    ) as nodes:
        yield nodes


async def made(tab: Tab, subject: str = "A letter came", **facts: Any) -> dict[str, Any]:
    """A case begun by hand for a new customer."""
    asked = {"client_id": secrets.token_hex(8), "subject": subject, "customer": {"name": "Ann"}} | facts
    case: dict[str, Any] = (await tab.ask("case.create", **asked))["case"]
    return case


async def fetched(tab: Tab, case: Mapping[str, Any]) -> dict[str, Any]:
    detail: dict[str, Any] = await tab.ask("case.fetch", case_id=case["case_id"])
    return detail


async def changed(tab: Tab, case: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """As it is now, with these changes; looked at again when the house was quicker, as a person would."""
    for _ in range(5):
        now = (await fetched(tab, case))["case"]
        try:
            result = await tab.ask("case.change", case_id=case["case_id"], revision=now["revision"], changes=changes)
        except Refused as refused:
            if refused.code != "stale_case":
                raise
        else:
            after: dict[str, Any] = result["case"]
            return after
    raise AssertionError("the case never stood still")


async def feed(tab: Tab, case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Oldest first."""
    entries = (await tab.ask("case.feed", case_id=case["case_id"], limit=100))["entries"]
    return list(reversed(entries))


async def case_of_letter(tab: Tab, conversation_id: str) -> dict[str, Any]:
    """The case a letter has become by rule."""
    found: list[dict[str, Any]] = []

    async def known() -> bool:
        found[:] = (await tab.ask("cases.of", conversation_ids=[conversation_id]))["cases"]
        return bool(found)

    await comes_to_be(known, True)
    return found[0]


async def becomes(tab: Tab, case: Mapping[str, Any], **wanted: Any) -> dict[str, Any]:
    """Wait until the case is so."""
    seen: dict[str, Any] = {}

    async def look() -> dict[str, Any]:
        seen.clear()
        seen.update((await fetched(tab, case))["case"])
        return {name: seen[name] for name in wanted}

    await comes_to_be(look, wanted)
    return seen


def clock(case: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in reversed(case["milestones"]) if each["name"] == name)
    return found


def words(entries: list[dict[str, Any]], kind: str) -> list[str]:
    return [entry["word"] for entry in entries if entry["kind"] == kind]


__all__ += ["Room"]
