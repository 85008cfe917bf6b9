"""What is said over the talk stream, and its bytes."""

from __future__ import annotations

from typing import Literal

import msgspec

from router.core.words import Ms
from router.protocol.records import Message, Receipts

Side = Literal["customer", "agent"]


class Said(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    conversation_id: str


class MessageSaid(Said, frozen=True, kw_only=True, tag="message"):
    message: Message


class ReceiptsSaid(Said, frozen=True, kw_only=True, tag="receipts"):
    receipts: Receipts


class TypingSaid(Said, frozen=True, kw_only=True, tag="typing"):
    side: Side
    author_name: str


class StartedSaid(Said, frozen=True, kw_only=True, tag="started"):
    """A visitor opened a conversation, in whichever tab."""

    visitor_id: str
    work_item_id: str


class ClosedSaid(Said, frozen=True, kw_only=True, tag="closed"):
    closed_at: Ms
    by: Literal["customer", "agent", "system"]


class RatedSaid(Said, frozen=True, kw_only=True, tag="rated"):
    rating: int


class OnlineSaid(Said, frozen=True, kw_only=True, tag="online"):
    """The customer's widget came or went."""

    online: bool


AnySaid = MessageSaid | ReceiptsSaid | TypingSaid | StartedSaid | ClosedSaid | RatedSaid | OnlineSaid

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(AnySaid).decode
