"""The date of a mail: as RFC 5322 §3.3 wants it, and as programs write it."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime
from email.utils import parsedate_tz

from router.core.words import Ms

LATEST_MS = 253_402_300_800_000
"""The end of the year 9999."""
ISO = re.compile(r"\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}\S*(?: ?[+-]\d{2}:?\d{2})?")
SECONDS = re.compile(r"\d{9,10}")
OFFSET = re.compile(r"(?:\b(?:GMT|UTC|UT|Z) ?|(?<=:\d\d) *)([+-]) ?(\d{1,2}):?(\d{2})?\b")
ZONES = {
    "WEST": "+0100",
    "CET": "+0100",
    "MEZ": "+0100",
    "MET": "+0100",
    "CEST": "+0200",
    "MESZ": "+0200",
    "MEST": "+0200",
    "EET": "+0200",
    "SAST": "+0200",
    "EEST": "+0300",
    "MSK": "+0300",
    "PKT": "+0500",
    "HKT": "+0800",
    "SGT": "+0800",
    "AWST": "+0800",
    "JST": "+0900",
    "KST": "+0900",
    "AEST": "+1000",
    "AEDT": "+1100",
    "NZST": "+1200",
    "NZDT": "+1300",
    "BRT": "-0300",
    "AKST": "-0900",
    "HST": "-1000",
}
"""Names of time zones that mean one only, beside those of RFC 822."""
ZONE = re.compile(rf"(?<=\d )(?:{'|'.join(ZONES)})\b")


def moment(written: str) -> Ms | None:
    """The time a Date field says; None when it says none."""
    try:
        seconds = _seconds(written.strip())
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return Ms(seconds * 1000) if seconds is not None and 0 <= seconds * 1000 < LATEST_MS else None


def _seconds(written: str) -> int | None:
    if SECONDS.fullmatch(written):
        return int(written)
    if iso := ISO.match(written):
        at = datetime.fromisoformat(iso[0].replace("/", "-").replace(" +", "+").replace(" -", "-"))
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    parts = parsedate_tz(OFFSET.sub(_offset, ZONE.sub(lambda zone: ZONES[zone[0]], written), count=1))
    return None if parts is None else calendar.timegm((*parts[:6], 0, 1, 0)) - (parts[9] or 0)


def _offset(found: re.Match[str]) -> str:
    """ "GMT+01:00" and "+1" as "+0100"."""
    return f" {found[1]}{found[2]:0>2}{found[3] or '00'}"
