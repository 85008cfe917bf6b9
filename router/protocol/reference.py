"""The tables of docs/protocol.md, made from the codes."""

from __future__ import annotations

import re

from router.protocol.errors import CLOSE_CODES, CODES

_TABLE = re.compile(r"(?s)<!-- (codes|close-codes) -->.*?<!-- /\1 -->")


def refresh(page: str) -> str:
    """The page with both tables as they are now."""
    tables = {
        "codes": _table("code", {f"`{code}`": text for code, text in CODES.items()}),
        "close-codes": _table("close code", {str(code): text for code, text in CLOSE_CODES.items()}),
    }
    return _TABLE.sub(lambda found: f"<!-- {found[1]} -->\n{tables[found[1]]}<!-- /{found[1]} -->", page)


def _table(head: str, rows: dict[str, str]) -> str:
    return f"| {head} | meaning |\n|---|---|\n" + "".join(f"| {name} | {text} |\n" for name, text in rows.items())
