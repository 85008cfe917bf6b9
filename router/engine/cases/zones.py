"""By which clock a case's customer is told times: their own, if it is known; else the centre's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from router.core.cases.matter import Matter
from router.core.words import Ms
from router.engine.centre import Centre
from router.store.postgres.customers import ZONE


def of_centre(centre: Centre) -> ZoneInfo:
    return ZoneInfo(centre.policy.cases.zone or "UTC")


def today(centre: Centre) -> date:
    """The day it is by the centre's clock."""
    return datetime.fromtimestamp(centre.now() / 1_000, of_centre(centre)).date()


def of_customer(centre: Centre, matter: Matter, attributes: Mapping[str, object]) -> ZoneInfo:
    """Theirs; or the centre's; or that of the hours the case's plan counts in; or UTC."""
    plan = next((plan for plan in centre.policy.cases.plans if plan.name == matter.plan), None)
    hours = centre.policy.hours.get(plan.hours) if plan is not None else None
    otherwise = centre.policy.cases.zone or (hours.zone if hours is not None else "UTC")
    return _named(attributes.get(ZONE)) or ZoneInfo(otherwise)


def _named(told: object) -> ZoneInfo | None:
    """None for what is no name of a zone, whatever it is."""
    try:
        return ZoneInfo(told) if isinstance(told, str) and told else None
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError; names of folders, control characters
        return None


def clock(at: Ms, zone: ZoneInfo) -> str:
    """Date and time that readers of all five languages understand, with the name of the clock."""
    return datetime.fromtimestamp(at / 1_000, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
