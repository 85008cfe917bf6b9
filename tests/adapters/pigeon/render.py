"""Our messages as notes, one for each pigeon."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.wording import numbered, split
from router.core.outbound import OutboundMessage, Refused
from tests.adapters.pigeon.options import PIGEON


def render(message: OutboundMessage) -> tuple[Mapping[str, str], ...]:
    """The notes in order. Raises Refused `no_templates` and `no_files`."""
    if message.template is not None:
        raise Refused("no_templates", "pigeons have no templates")
    if message.files:
        raise Refused("no_files", "pigeons carry no files")
    notes = split(numbered(message.text, message.quick_replies), PIGEON.text_chars)
    return tuple({"to": message.recipient, "note": note, "key": f"{message.id}/{n}"} for n, note in enumerate(notes))
