"""Which one-byte charset European text is in when nothing says so: the one whose letters make likely words."""

from __future__ import annotations

import re

LIKELY = 0.6
"""A reading below this is none: what is in a script of Asia, or no text at all, comes out far lower."""
LOOKED_AT_BYTES = 4096
NOT_ASCII = re.compile(rb"[^\x00-\x7f]")
NEUTRAL = frozenset("\xa0\xad„”“‚‘’«»‹›–—…•·°§€№×©®™")
CENTRAL = frozenset("zwkjy")
CENTRAL_SHARE = 0.12
"""Of a text's ASCII letters: Polish and Czech have about 20 % of these, German 5 %, Romance languages 2 %."""

_WEST = "äöüßéèêëàâçîïôùûñáíóúìòãõåæøœ"
_CENTRAL = "ąćęłńóśźżáčďéěíňřšťúůýžőűăâîşţľĺôäöüß"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ"
_GREEK = "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ"
# In order of preference where two readings are as likely.
READINGS = (
    ("cp1252", frozenset(_WEST), frozenset("äöüßéèàó")),
    ("cp1250", frozenset(_CENTRAL), frozenset("ąęłóśż")),
    ("iso8859-2", frozenset(_CENTRAL), frozenset("ąęłóśż")),
    ("cp1251", frozenset(_CYRILLIC), frozenset("оеаинтсрвлк")),
    ("koi8-r", frozenset(_CYRILLIC), frozenset("оеаинтсрвлк")),
    ("cp1253", frozenset(_GREEK), frozenset("αοιετσνηυρπκ")),
    ("iso8859-7", frozenset(_GREEK), frozenset("αοιετσνηυρπκ")),
)
WESTERN = "cp1252"


def likely(raw: bytes) -> str:
    """The codec; "" when none is likely."""
    first = NOT_ASCII.search(raw)
    if first is None:
        return ""
    raw = raw[max(0, first.start() - 200) :][:LOOKED_AT_BYTES]
    found = {codec: _score(raw.decode(codec, "replace"), letters, often) for codec, letters, often in READINGS}
    if _is_central(raw):
        found["cp1250"] += 0.2
        found["iso8859-2"] += 0.2
    best = max(found, key=lambda codec: found[codec])
    return best if found[best] >= LIKELY else ""


def _score(text: str, letters: frozenset[str], often: frozenset[str]) -> float:
    """From -2 (no such language) to 1.3, over all that is not ASCII."""
    points, count = 0.0, 0
    for at, letter in enumerate(text):
        if letter < "\x80":
            continue
        count += 1
        small, before = letter.lower(), text[at - 1 : at]
        if letter in NEUTRAL:
            continue
        if small not in letters or (letter != small and before.islower()) or _is_mixed(letter, before):
            points -= 2
        else:
            points += 1.3 if small in often else 1
    return points / count if count else 0.0


def _is_mixed(letter: str, before: str) -> bool:
    """A letter of another alphabet right behind one of ours."""
    return letter > "\u0370" and before.isascii() and before.isalpha()


def _is_central(raw: bytes) -> bool:
    ascii_letters = [chr(byte) for byte in raw.lower() if 97 <= byte <= 122]
    return sum(letter in CENTRAL for letter in ascii_letters) > CENTRAL_SHARE * max(1, len(ascii_letters))
