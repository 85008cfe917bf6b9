"""What pigeons bring: `{"pigeon": id, "from": loft, "note": text, "at": seconds}`, or `{"landed": id}`."""

from __future__ import annotations

from adapters.harvest import Harvest, unreadable
from adapters.lines import bracketed
from adapters.payload import Unreadable, document, ident, moment, text
from router.core.inbound import InboundMessage, Parsed, Receipt


def parse(body: bytes) -> Parsed:
    try:
        found = document(body)
    except Unreadable as error:
        return unreadable(str(error))
    harvest = Harvest()
    if landed := ident(found, "landed"):
        harvest.receipts.append(Receipt(external_id=landed, state="delivered", at=moment(found, "at")))
    elif not (pigeon := ident(found, "pigeon")):
        harvest.events += [name for name in found if name != "at"][:1]
    elif not (sender := ident(found, "from")):
        harvest.faults.append("a pigeon without from")
    else:
        note = text(found, "note")
        harvest.messages.append(
            InboundMessage(
                external_id=pigeon,
                sender=sender,
                text=note or bracketed("empty pigeon"),
                sent_at=moment(found, "at"),
                placeholder="" if note else "empty",
            )
        )
    return harvest.parsed()
