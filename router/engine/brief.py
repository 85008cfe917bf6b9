"""The brief of a work item: what agents are shown of it, kept beside the item in the store, opaque there."""

from __future__ import annotations

import msgspec

from router.core import events
from router.core.words import ChoiceModel
from router.protocol.records import Offer, Why, WorkItem


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    item: WorkItem
    model: ChoiceModel


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Brief)


def pack(brief: Brief) -> bytes:
    return _encoder.encode(brief)


def unpack(packed: bytes) -> Brief:
    return _decoder.decode(packed)


def offer_of(event: events.OfferCreated, *, transferred_by: str | None, auto_accept: bool = False) -> Offer:
    """The offer as its agent sees it. The queue and weight are the event's: a transfer changes them.

    auto_accept: of every offer of this agent.
    """
    brief = unpack(event.brief)
    item = msgspec.structs.replace(brief.item, queue=event.queue, weight=event.weight, enqueued_at=event.enqueued_at)
    why = Why(
        model=event.why.model if event.why is not None else brief.model,
        waited_ms=max(0, event.at - event.enqueued_at),
        matched=[] if event.direct else item.requirements,  # whoever chooses by hand may choose beyond them
        attempt=event.attempt,
        transferred_by=transferred_by,
    )
    return Offer(
        offer_id=event.offer,
        work_item=item,
        expires_at=event.expires_at,
        ring_ms=event.expires_at - event.at,
        why=why,
        auto=event.auto or auto_accept,
    )
