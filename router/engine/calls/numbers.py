"""Telephone numbers: E.164 from whatever people and providers write."""

from __future__ import annotations

from collections.abc import Collection

import phonenumbers

from router.protocol.errors import BadRequest

WITHHELD = ("anonymous", "restricted", "unavailable", "unknown", "private")
NUMBER_CHARS = 40
_WITHHELD_NUMBERS = ("+266696687", "+7378742883", "+2562533", "+8656696", "+17378742883")
"""How some providers spell those words on the keypad."""


BEYOND_COUNTRIES = "001"
"""Where satellites and international services are: calling them is dear, and liked by thieves."""


def to_call(text: str, country: str, *, only: Collection[str] = ()) -> str:
    """E.164 of a number we may call. country: ISO 3166, for numbers without their country's code. only: the countries
    that may be called; empty: all.

    Numbers that earn money by being called are not for us: a caller's number is easily made up, and anybody may ask in
    the widget to be called back. Raises BadRequest bad_number.
    """
    number = _read(text, country)
    region = phonenumbers.region_code_for_number(number)
    dear = region == BEYOND_COUNTRIES or phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE
    if dear or (only and region not in only):
        raise BadRequest("bad_number", "This number may not be called.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _read(text: str, country: str) -> phonenumbers.PhoneNumber:
    """Raises BadRequest bad_number."""
    if len(text) > NUMBER_CHARS:
        raise BadRequest("bad_number")
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        raise BadRequest("bad_number") from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise BadRequest("bad_number")
    return number


def of_caller(text: str) -> str:
    """E.164 of who calls; empty: withheld, or no telephone number (a browser, a SIP address)."""
    if text.lower() in WITHHELD or text in _WITHHELD_NUMBERS:
        return ""
    try:
        return phonenumbers.format_number(_read(text, ""), phonenumbers.PhoneNumberFormat.E164)
    except BadRequest:
        return ""
