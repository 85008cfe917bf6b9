"""Webhooks of Meta: what they are about says `object`, whatever address they came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adapters.harvest import Harvest, unreadable
from adapters.meta.page import read_page_entry
from adapters.meta.whatsapp import read_whatsapp_entry
from adapters.payload import Unreadable, document, items, name
from router.core.inbound import Parsed

READERS: Mapping[str, Callable[[object, Harvest], None]] = {
    "page": read_page_entry,
    "instagram": read_page_entry,
    "whatsapp_business_account": read_whatsapp_entry,
}


def parse(body: bytes) -> Parsed:
    try:
        found = document(body)
    except Unreadable as error:
        return unreadable(str(error))
    kind = name(found, "object")
    read = READERS.get(kind)
    if read is None:
        return unreadable(f"object is {kind[:40]!r}, not page, instagram or whatsapp_business_account")
    harvest = Harvest()
    for entry in items(found, "entry"):
        read(entry, harvest)
    return harvest.parsed()
