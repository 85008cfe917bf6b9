"""Where somebody else's words begin in a text: the header mail programs copy above a mail they quote or forward, the
line "… wrote:", the line "Forwarded message". Known by the words of words.py, else by their shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from adapters.email import words
from adapters.email.address import SPEC, Mailbox, mailboxes
from adapters.email.notes_header import RULE as NOTES_RULE
from adapters.email.notes_header import notes_header
from adapters.email.words import KIND_OF_LABEL, Label


def _either(listed: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, listed), key=len, reverse=True))


INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
QUOTE_MARK = re.compile(r"^(?:\s{0,3}>)+ ?")
DECORATION = " \t*_|\xa0"
LABELLED = re.compile(r"(\w[^:：\n]{0,30}?)[*_\s]*[:：][*_\s]*(.*)")
BARE_LABEL = re.compile(
    rf"({_either(word for kind in words.LABELS.values() for word in kind)})[ \t]+(\S.*)", re.IGNORECASE
)
"""eM Client writes no colon."""
SEPARATOR = re.compile(r"^\s*[-_=*—–]{4,}\s*$")
RULED = re.compile(r"^\s*[-=‐]{2,}+\s*+([^-=‐\s].{2,60}?)\s*[-=‐]{2,}+(\s*|\s(?:(?!--)[^:：])*[:：].*)$")
NUMBERS = re.compile(r"\d[\d/.:\s-]*")
NUMBER = re.compile(r"\d+")
YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
CLOCK = re.compile(r"\d{1,2}:\d{2}")
TIME = re.compile(r"\d{1,2}[:.]\d{2}")
DATE_AND_WHO = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\s[^@]{0,80}<[^\s@]{1,100}@[^\s@]{1,200}>$")
GROUPWISE = re.compile(r"^>>> ?[^>\s][^>]{0,100}(?:<[^\s<>]{3,250}> )?[^>]{0,40}\d[:.]\d{2}[^>]{0,12}>>>$")
"""Novell's line above an answer: >>> Bo Ek <bo@shop.example> 11/2/2026 10:00 AM >>>"""
ENDS = re.compile(r"[:：]\s*$|\S\s*-{3,}\s*$")
OUTLOOK_MOBILE = re.compile(
    r"\bOutlook \S{2,5}(?: \S{3,8})? (?:iOS|Android)\b|\b(?:iOS|Android)\S? ?(?:版|用|için) ?(?:\S{0,4} ?)Outlook"
)
RULES = ("--", "==", "‐‐")
MOST_LINES = 5_000
LONGEST_LINE = 2_000
MOST_LINES_OF_A_HEADER = 40
MOST_UNKNOWN_LINES = 3
MOST_WORDS_OF_A_NAME = 5
MOST_LINES_WROTE = 4
LONGEST_WROTE = 600


def _is_spaced(word: str) -> bool:
    """Whether the word's script puts blanks between words."""
    return all(ord(letter) < 0x0590 for letter in word)


VERB = re.compile(
    rf"(?<!\w)(?:{_either(filter(_is_spaced, words.WROTE))})(?!\w)"
    rf"|{_either(verb for verb in words.WROTE if not _is_spaced(verb))}"
)
OF_ONESELF = re.compile(rf"(?<!\w)(?:{_either(words.OF_ONESELF)})(?!\w)")
"""People tell what they or others wrote to them; programs name who wrote."""
FORWARDED = re.compile(_either(words.FORWARDED))
ORIGINAL = re.compile(_either(words.ORIGINAL))
ABOVE = re.compile(_either(words.ABOVE))
SUBJECT_IN_LINE = re.compile(rf"(?:{_either(words.LABELS['subject'])})\s*[:：]\s*(.*)$", re.IGNORECASE)
FROM_IN_LINE = re.compile(rf"^\s*(?:{_either(words.LABELS['from'])})\s*[:：]\s*(.*)$", re.IGNORECASE)

Kind = Literal["forward", "header", "wrote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Where other words begin. kind: forward – a line says so; header – a copied header; wrote – "… wrote:".

    start, end: lines of the text, from the mark to before the first other word. values: what the header says.
    """

    kind: Kind
    start: int
    end: int
    values: Mapping[Label, str] = field(default_factory=dict)

    @property
    def writer(self) -> Mailbox | None:
        found = mailboxes(_plain_address(self.values.get("from", "")).encode(), limit=1)
        return replace(found[0], name=found[0].name.strip(DECORATION)) if found else None


def bare(line: str) -> str:
    return _spelt(line).strip()


def lower(text: str) -> str:
    """In lower case, the Turkish İ as i."""
    return text.lower().replace("i\u0307", "i")


def unquoted(line: str) -> str:
    return QUOTE_MARK.sub("", _spelt(line))


def _spelt(line: str) -> str:
    """Without marks of direction; and with blanks where QQ Mail writes them as in HTML."""
    return INVISIBLE.sub("", line).replace("&nbsp;", " ")


def find(lines: Sequence[str], start: int = 0) -> Copied | None:
    """The first place from `start` on where other words begin; None when it is all one's own.

    Looked for in the first MOST_LINES lines of a text, and not in lines longer than any mail program's.
    """
    for at in range(start, min(len(lines), MOST_LINES)):
        line = bare(lines[at])
        if not line or len(line) > LONGEST_LINE:
            continue
        found = _ruled(lines, at)
        if found is None and not line.startswith(">"):
            found = (
                _header_here(lines, at)
                or _notes(lines, at)
                or _below_outlook_mobile(lines, at)
                or _answer_above(lines, at)
            )
        if found := found or _wrote(lines, at):
            return found
    return None


def _ruled(lines: Sequence[str], at: int) -> Copied | None:
    """ "---- Forwarded message ----", "Begin forwarded message:", "-----Original Message-----", in many languages."""
    line = unquoted(lines[at]).strip()
    ruled = RULED.match(line) if line.startswith(RULES) else None
    if not ruled and (len(line) > 70 or not (line.endswith((":", "：")) or _header_below(lines, at))):
        return None
    said = lower(ruled[1] if ruled else line.rstrip(":： "))
    if lines[at].lstrip().startswith(">") and not _quoted_to_the_end(lines, at):
        return None
    if ruled and ruled[2].strip():
        return _in_one_line(ruled[2], at) if FORWARDED.search(said) else None
    forwarded = FORWARDED.search(said)
    if not forwarded and not (ruled and ORIGINAL.search(said)):
        return _foreign(lines, at) if ruled else None
    header = _header(lines, at + 1, least=1) or _header(lines, at + 1, least=2, colon=False)
    if header is None and forwarded:
        header = _header(lines, at + 1, least=0)
    if header is None:
        return _dated_below(lines, at) if forwarded and ruled else None
    end, values = header
    return Copied(kind="forward" if forwarded else "header", start=at, end=end, values=values)


def _header_below(lines: Sequence[str], at: int) -> bool:
    """Whether a copied header stands right below, with no blank line between."""
    return at + 1 < len(lines) and _labelled(bare(lines[at + 1])) is not None


def _dated_below(lines: Sequence[str], at: int) -> Copied:
    """Yandex puts a line with date and writer below its rule."""
    below = next((here for here in range(at + 1, min(len(lines), at + 4)) if bare(lines[here])), at)
    wrote = _wrote(lines, below) if below > at else None
    if wrote is None:
        return Copied(kind="forward", start=at, end=at + 1)
    return Copied(kind="forward", start=at, end=wrote.end, values=wrote.values)


def _quoted_to_the_end(lines: Sequence[str], at: int) -> bool:
    return all(line.lstrip().startswith(">") for line in map(bare, lines[at : at + MOST_LINES_OF_A_HEADER]) if line)


def _in_one_line(rest: str, at: int) -> Copied | None:
    """Yahoo puts the whole header behind the rule, without blanks: From: A <a@b>To: …Sent: …Subject: …"""
    writer, subject = FROM_IN_LINE.match(rest), SUBJECT_IN_LINE.search(rest)
    if writer is None:
        return None
    values: dict[Label, str] = {"from": writer[1].partition(">")[0] + ">" if ">" in writer[1] else writer[1]}
    if subject:
        values["subject"] = subject[1].strip()
    return Copied(kind="forward", start=at, end=at + 1, values=values)


def _header_here(lines: Sequence[str], at: int) -> Copied | None:
    ruled = at > 0 and SEPARATOR.match(bare(lines[at - 1])) is not None
    header = _header(lines, at, least=1 if ruled else 2)
    if header is None or not (ruled or _is_of_a_mail(header[1])):
        return None
    above = _labelled(bare(lines[at - 1]), colon=False) if at > 0 else None
    dated = above is not None and above[0] == "date" and NUMBERS.fullmatch(above[1]) is not None
    return Copied(kind="header", start=at - dated, end=header[0], values=header[1])


def _is_of_a_mail(values: Mapping[Label, str]) -> bool:
    """Whether it names an address, a moment, or all a program copies: journeys have a from, a to and a day, too."""
    date = values.get("date", "")
    return (
        any("@" in value for value in values.values())
        or (YEAR.search(date) is not None and CLOCK.search(date) is not None)
        or {"from", "date", "to", "subject"} <= values.keys()
    )


def _notes(lines: Sequence[str], at: int) -> Copied | None:
    header = notes_header(lines, at) if "@" in lines[at] else None
    if header is None:
        return None
    start = at
    while start > 0 and NOTES_RULE.match(lines[start - 1]):
        start -= 1
    return Copied(kind="header", start=start, end=header[0], values=header[1])


def _below_outlook_mobile(lines: Sequence[str], at: int) -> Copied | None:
    """Outlook on phones puts its line between the answer and what it answers, often with no header below."""
    line = bare(lines[at])
    if len(line) > 120 or not OUTLOOK_MOBILE.search(line):
        return None
    below = next((line for line in lines[at + 1 : at + 6] if bare(line)), "")
    if not below or SEPARATOR.match(below) or _labelled(below):
        return None
    return Copied(kind="header", start=at + 1, end=at + 1)


def _answer_above(lines: Sequence[str], at: int) -> Copied | None:
    """ "##- Please type your reply above this line -##": of other desks, and of ours."""
    line = bare(lines[at])
    if len(line) > 120 or line[0].isalnum() or not ABOVE.search(lower(line)):
        return None
    return Copied(kind="header", start=at, end=at + 1)


def _labelled(line: str, *, colon: bool = True) -> tuple[Label, str] | None:
    match = (LABELLED if colon else BARE_LABEL).match(unquoted(line).strip(DECORATION))
    if match is None:
        return None
    kind = KIND_OF_LABEL.get(lower(match[1].strip(DECORATION)))
    return (kind, match[2].strip(DECORATION)) if kind else None


def _header(lines: Sequence[str], at: int, *, least: int, colon: bool = True) -> tuple[int, dict[Label, str]] | None:
    """The end and the values of the header at `at`; None unless it names a writer and `least` other things.

    Blank lines may stand before and between, addresses may go over several lines. colon: behind the labels.
    """
    values: dict[Label, str] = {}
    last: Label | None = None
    end, last_at = at, at + MOST_LINES_OF_A_HEADER
    while at < min(len(lines), end + 3 if not values else end + 2, end + MOST_LINES_OF_A_HEADER):
        line = bare(unquoted(lines[at]))
        found = _labelled(line, colon=colon) if line else None
        if found and found[0] not in values:
            last = found[0]
            values[last] = found[1]
            end = at + 1
        elif line and last and at == end and _continues(line, last, values[last]):
            values[last] = f"{values[last]} {line}".strip()
            end = at + 1
        elif line and not found and values and at == end and at < last_at and _known_below(lines, at, colon=colon):
            end = at + 1
        elif line:
            break
        at += 1
    if "from" not in values or len(values) < 1 + least:
        return None
    while end < len(lines) and not bare(unquoted(lines[end])):
        end += 1
    return end, values


def _known_below(lines: Sequence[str], at: int, *, colon: bool) -> bool:
    """Whether a line is one of a header that goes on below, by a label nobody knows."""
    for line in (unquoted(line).strip(DECORATION) for line in lines[at : at + MOST_UNKNOWN_LINES]):
        if _labelled(line, colon=colon):
            return True
        if not LABELLED.match(line):
            return False
    return False


def _continues(line: str, last: Label, value: str) -> bool:
    if last in {"to", "cc", "from"}:
        return not value or value.endswith((",", ";")) or ("@" in line and line.endswith((">", ",", ";")))
    return not value and last != "other"


def _foreign(lines: Sequence[str], at: int) -> Copied | None:
    """A rule with words nobody knows above lines that look like a header: a language this file does not have."""
    pairs = []
    end = at + 1
    for here, line in enumerate(lines[at + 1 : at + 9], at + 1):
        match = LABELLED.match(unquoted(line).strip(DECORATION))
        if match is None:
            if line.strip():
                break
            continue
        pairs.append(match[2].strip())
        end = here + 1
    writer = next((value for value in pairs if SPEC.search(value)), "")
    if len(pairs) < 3 or not writer:
        return None
    return Copied(kind="forward", start=at, end=end, values={"from": writer})


def _wrote(lines: Sequence[str], at: int) -> Copied | None:
    """The line that ends at `at` with "… wrote:", with those above that belong to it."""
    last = bare(lines[at])
    if DATE_AND_WHO.match(last) and any(bare(line).startswith(">") for line in lines[at + 1 : at + 3]):
        return Copied(kind="wrote", start=at, end=at + 1, values=_who_wrote(last))
    if GROUPWISE.match(last):
        return Copied(kind="wrote", start=at, end=at + 1, values=_who_wrote(last.strip("> ")))
    if not ENDS.search(last) or (last.startswith(">") and last.replace(" ", "") != ">:"):
        return None
    start, whole = at, last
    while not _dated(whole) and start > 0 and at - start < MOST_LINES_WROTE - 1:
        above = bare(lines[start - 1])
        if not above or above.startswith(">"):
            break
        start -= 1
        whole = f"{above} {whole}"
    quoted = _is_quoted_below(lines, at)
    if len(whole) > LONGEST_WROTE or not _says_wrote(whole, quoted):
        if start == at or len(last) > LONGEST_WROTE or not _says_wrote(last, quoted):
            return None
        start, whole = at, last
    end = at + 1
    while end < len(lines) and not bare(lines[end]):
        end += 1
    while start > 0 and (not bare(lines[start - 1]) or ORIGINAL.search(lower(lines[start - 1][:LONGEST_LINE]))):
        start -= 1
    return Copied(kind="wrote", start=_ruled_above(lines, start), end=end, values=_who_wrote(whole))


def _ruled_above(lines: Sequence[str], at: int) -> int:
    """Where a rule and lines of a header stand above `at`, as of Yandex; else `at` itself."""
    start = at
    while start > 0 and _labelled(bare(lines[start - 1])):
        start -= 1
    return start - 1 if 0 < start < at and SEPARATOR.match(bare(lines[start - 1])) else at


def _dated(line: str) -> bool:
    return NUMBER.search(SPEC.sub("", line)) is not None


def _is_quoted_below(lines: Sequence[str], at: int) -> bool:
    """Whether the next line that says something is a quoted one."""
    below = (bare(line) for line in lines[at + 1 : at + 4])
    return next((line for line in below if line), "").startswith(">")


def _says_wrote(line: str, quoted: bool) -> bool:
    """A verb of writing with an address or a date; without one, a date with a time before an address at the end.

    quoted: a quotation follows: a name and a verb are enough, and in an unknown language an address and a date.
    """
    address = SPEC.search(line)
    numbers = len(NUMBER.findall(SPEC.sub("", line)))
    if VERB.search(lower(line)):
        if numbers >= 2 and not quoted and address is None:
            return not OF_ONESELF.search(line)
        return address is not None or numbers >= 2 or (quoted and len(line.split()) <= MOST_WORDS_OF_A_NAME)
    if quoted and address is not None and numbers >= 3:
        return True
    return (
        address is not None
        and numbers >= 3
        and TIME.search(line) is not None
        and re.search(r"[>\])]\s*[:：]\s*$|\S@\S+[:：]\s*$", line) is not None
    )


def _who_wrote(line: str) -> dict[Label, str]:
    address = SPEC.search(_plain_address(line))
    if address is None:
        return {}
    before = _plain_address(line)[: address.start()].rstrip(" <([\"'").lstrip()
    quoted = re.search(r"[\"„“«]([^\"„“”«»]{1,80})[”»]?$", before)
    name: list[str] = []
    for word in [] if quoted else reversed(before.split()):
        if not word[0].isupper() or word.endswith((",", ":")):
            break
        name.insert(0, word)
    return {"from": f'"{quoted[1] if quoted else " ".join(name)}" <{address[0]}>'}


def _plain_address(value: str) -> str:
    """ "a@b<mailto:a@b>" and "A [mailto:a@b]" as "a@b" and "A <a@b>"."""
    value = re.sub(r"[<\[]\s*mailto:\s*([^>\]\s]{1,300})\s*[>\]]", r" <\1>", value)
    return re.sub(r"([^\s@<>]{1,200}@[^\s@<>]{1,200})\s+<\1>", r"<\1>", value)
