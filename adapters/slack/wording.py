"""Slack's text for people. https://docs.slack.dev/messaging/formatting-message-text"""

from __future__ import annotations

import re

from adapters.payload import MOST_PARTS, items, name, text

MARKED = re.compile(r"<([^<>|]{1,3000})(?:\|([^<>]{0,3000}))?>")
"""Links, people, channels and groups: what is meant, and what it is called."""


def plain(said: str) -> str:
    """A text as its reader sees it: links with their address, and what Slack escapes as it was typed."""
    return MARKED.sub(_named, said).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _named(found: re.Match[str]) -> str:
    meant, called = found[1], found[2] or ""
    if meant[0] == "@":
        return f"@{(called or meant).lstrip('@')}"
    if meant[0] == "#":
        return f"#{(called or meant).lstrip('#')}"
    if meant[0] == "!":
        return called if "^" in meant and called else f"@{(called or meant[1:]).lstrip('@')}"
    address = meant.removeprefix("mailto:").removeprefix("tel:")
    bare = address.partition("://")[2] or address
    return address if called.rstrip("/") in ("", bare.rstrip("/"), address) else f"{called} ({address})"


def rich(found: object, *, depth: int = 6) -> str:
    """The words of rich text, a line for each of its sections."""
    parts = items(found, "elements", most=MOST_PARTS)
    if not parts or depth == 0:
        return _element(found)
    by = "\n" if name(found, "type") in ("rich_text", "rich_text_list") else ""
    return by.join(rich(one, depth=depth - 1) for one in parts)


def _element(found: object) -> str:
    match name(found, "type"):
        case "emoji":
            return f":{name(found, 'name')}:"
        case "user":
            return f"@{name(found, 'user_id')}"
        case "channel":
            return f"#{name(found, 'channel_id')}"
        case "broadcast":
            return f"@{name(found, 'range')}"
    return text(found, "text") or text(found, "url")
