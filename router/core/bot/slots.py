"""Values in what people write. Each reader gives the value as it is kept, or None when there is none in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from router.core.bot.definition import SlotKind

MOST_CHARS = 1_000
MOST_TEXT_CHARS = 500
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_ORDER = re.compile(r"(?<![\w+@.])(?:[A-Za-z]{1,4}-?|[A-Z]{2,4} |(?!nr )[b-df-hj-np-tv-xz]{2,4} )?\d{4,10}(?![\w@])")
"""Letters apart from their digits are part of the number unless they are a word: "ls 10012", not "is 10012"."""
_PHONE = re.compile(r"\+?\d[\d ()/-]{5,20}\d")
_NUMBER = re.compile(r"(?<![\w.,-])\d{1,6}(?![\w.,]?\d)")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?")
DAYS: Mapping[str, int] = {
    **dict.fromkeys(("today", "dziś", "dzisiaj", "сегодня", "σήμερα", "heute"), 0),
    **dict.fromkeys(("tomorrow", "jutro", "завтра", "αύριο", "morgen"), 1),
    **dict.fromkeys(("pojutrze", "послезавтра", "μεθαύριο", "übermorgen"), 2),
}
WEEKDAYS: tuple[tuple[str, ...], ...] = (
    ("monday", "poniedziałek", "понедельник", "δευτέρα", "montag"),
    ("tuesday", "wtorek", "вторник", "τρίτη", "dienstag"),
    ("wednesday", "środa", "środę", "среда", "среду", "τετάρτη", "mittwoch"),
    ("thursday", "czwartek", "четверг", "πέμπτη", "donnerstag"),
    ("friday", "piątek", "пятница", "пятницу", "παρασκευή", "freitag"),
    ("saturday", "sobota", "sobotę", "суббота", "субботу", "σάββατο", "samstag", "sonnabend"),
    ("sunday", "niedziela", "niedzielę", "воскресенье", "κυριακή", "sonntag"),
)


def read(kind: SlotKind, text: str, today: date) -> str | None:
    """The value of this kind that the text holds. Choices and rows are matched by `step`, not here."""
    reader = _READERS.get(kind)
    return reader(text[:MOST_CHARS], today) if reader is not None else None


FOUND_ANYWHERE: frozenset[SlotKind] = frozenset({"order_number", "email", "date"})
"""Kinds that are recognised by themselves, so they are taken from what was said before they were asked for."""


def _email(text: str, _: date) -> str | None:
    found = _EMAIL.search(text)
    return found[0].rstrip(".").lower() if found else None


def _order(text: str, _: date) -> str | None:
    found = _ORDER.search(text)
    return found[0].upper().replace(" ", "-") if found else None


def _phone(text: str, _: date) -> str | None:
    found = _PHONE.search(text)
    return "".join(c for c in found[0] if c.isdecimal() or c == "+") if found else None


def _number(text: str, _: date) -> str | None:
    found = _NUMBER.search(text)
    return str(int(found[0])) if found and int(found[0]) > 0 else None


def _date(text: str, today: date) -> str | None:
    """A day that is not over: 2026-05-12, 12.5., 12/05/2026, tomorrow, Friday."""
    named = _named_day(text, today)
    day = named or _written_day(text, today)
    return day.isoformat() if day is not None and day >= today else None


def _written_day(text: str, today: date) -> date | None:
    if found := _ISO.search(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if not (found := _DAY_FIRST.search(text)):
        return None
    day, month = int(found[1]), int(found[2])
    if found[3]:
        year = int(found[3])
        return _day(year if year > 99 else 2000 + year, month, day)
    this_year = _day(today.year, month, day)
    return this_year if this_year is None or this_year >= today else _day(today.year + 1, month, day)


def _named_day(text: str, today: date) -> date | None:
    words = re.findall(r"\w+", text.casefold())
    for word in words:
        if word in DAYS:
            return today + timedelta(days=DAYS[word])
        for weekday, names in enumerate(WEEKDAYS):
            if word in names:
                return today + timedelta(days=(weekday - today.weekday()) % 7 or 7)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _address(text: str, _: date) -> str | None:
    """A street and a house number at least; what is one, only the post knows."""
    line = " ".join(text.split())
    has_both = any(c.isdecimal() for c in line) and sum(c.isalpha() for c in line) >= 4
    return line[:MOST_TEXT_CHARS] if has_both and len(line) >= 8 else None


def _text(text: str, _: date) -> str | None:
    line = " ".join(text.split())[:MOST_TEXT_CHARS]
    return line if any(c.isalnum() for c in line) else None


_READERS: Mapping[SlotKind, Callable[[str, date], str | None]] = {
    "order_number": _order,
    "email": _email,
    "phone": _phone,
    "number": _number,
    "date": _date,
    "address": _address,
    "text": _text,
}
