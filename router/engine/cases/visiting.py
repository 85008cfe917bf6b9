"""What a case's customer sees of it, and does: by a signed address, which is told on the case's own channel only.

Who has the address has the case, as with any letter that says where to answer; it ends after LIFE_MS. It shows what was
said to the customer and by them, how the case stands and when a solution is expected; never notes, steps or staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from zoneinfo import ZoneInfo

from router.core.cases.matter import Matter, Turn, World, rated
from router.core.cases.policy import CaseStatus, in_language
from router.core.inbound import Attachment
from router.core.words import ConversationId, CustomerId, Ms
from router.engine import arrivals, conversations, intake, lanes, mails, media, signed_paths
from router.engine.cases import keeping, reaching, telling, zones
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.engine.text import kept, message_text, preview
from router.protocol.errors import BadRequest, Conflict, NotFound
from router.store.postgres import conversations as rows
from router.store.postgres import customers, messages
from router.store.postgres.cases import held as stored
from router.store.postgres.cases import lists

KIND = "case"
LIFE_MS: Ms = 90 * 86_400_000
MOST_PLACES, MOST_OF_A_PLACE = 20, 100
"""Conversations of a case, and messages of each, that are shown: the newest."""
COMMENT_CHARS = 2_000
PAGE_CHANNEL = "webform"
"""Of what is written on the page when the case has no channel that is still open to its customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """messages: oldest first. rates: up to how many points it may be rated now, and from how many; None: not now."""

    number: int
    subject: str
    status: CaseStatus
    language: str
    opened_at: Ms
    closed_at: Ms | None
    promised_at: Ms | None
    messages: Sequence[messages.Message]
    rates: tuple[int, int] | None
    rating: int | None
    zone: ZoneInfo
    """Whose times are shown."""


# ---------------------------------------------------------------- the address


def address(centre: Centre, case_id: str) -> str:
    """Where the customer finds the case; "" when the centre has no public address."""
    base = centre.settings.public_url
    return f"{base}{path(centre, case_id)}" if base else ""


def path(centre: Centre, case_id: str) -> str:
    expires_at = centre.now() + LIFE_MS
    return f"/my/{case_id}/{expires_at}/{signed_paths.signature(centre, KIND, case_id, expires_at)}"


async def send_address(centre: Centre, number: int, email: str) -> None:
    """Tell the case's customer where it is, if the case and the address belong together; else nothing happens.

    It goes to the customer where they wrote of the case: who only knows number and address learns nothing, nor does who
    wrote into a thread of theirs.
    """
    case_id = await lists.by_number(centre.database, number)
    person = await customers.of_case(centre.database, case_id) if case_id else None
    if case_id is None or person is None or not email or person.email.lower() != email.lower():
        return
    place = await reaching.own_place_of(centre, await keeping.now(centre, case_id))
    where = address(centre, case_id)
    text = in_language(centre.policy.cases.address, person.language).replace("{number}", str(number))
    if place is not None and where and text:
        hour = centre.now() // 3_600_000  # asked for again and again, it is sent once an hour
        await reaching.say_to_them(centre, place, text.replace("{link}", where), once=f"address:{hour}")


# ---------------------------------------------------------------- seeing


async def visit(centre: Centre, case_id: str) -> Visited:
    """Raises NotFound unknown_case."""
    matter = await keeping.now(centre, case_id)
    places = {row.id: row for row in (await reaching.own_places(centre, matter))[:MOST_PLACES]}
    found = await messages.newest(centre.database, list(places), each=MOST_OF_A_PLACE, notes=False)
    all_said = (each for place in found.values() for each in place if each.kind == "text")
    said = sorted((each for each in all_said if _theirs(each, places[each.conversation_id])), key=lambda one: one.at)
    kind = centre.policy.cases.survey_kind
    person = await keeping.customer_of(centre, case_id)
    return Visited(
        number=matter.number,
        subject=matter.subject,
        status=matter.status,
        language=matter.language,
        opened_at=matter.created_at,
        closed_at=matter.closed_at,
        promised_at=matter.promised_at if matter.status != "closed" else None,
        messages=said,
        rates=((1, 5) if kind == "csat" else (0, 10)) if _may_rate(matter) else None,
        rating=matter.csat if matter.csat is not None else matter.nps,
        zone=zones.of_customer(centre, matter, person.attributes if person is not None else {}),
    )


def _may_rate(matter: Matter) -> bool:
    return matter.status == "closed" and matter.csat is None and matter.nps is None


def _theirs(message: messages.Message, place: rows.Conversation) -> bool:
    """Whether the customer had a part in it: a mail between others in their thread is none of theirs."""
    mail = (message.extra or {}).get("mail", {})
    named = [mail.get("from", ""), *mail.get("to", ()), *mail.get("cc", ())]
    return not place.address or not any(named) or place.address.lower() in map(str.lower, named)


async def has_file(centre: Centre, case_id: str, file_id: str) -> bool:
    """Whether a file belongs to what the customer sees of the case."""
    shown = await visit(centre, case_id)
    return any(file.id == file_id for message in shown.messages for file in message.files)


# ---------------------------------------------------------------- doing


async def write(
    centre: Centre, case_id: str, *, client_id: str, text: str, files: Sequence[Attachment] = ()
) -> ConversationId:
    """The customer says something more, in the open conversation of the case, or in a new one of the same thread.

    Done again with the same client_id it is the same message. Raises NotFound unknown_case; BadRequest text_empty,
    text_too_long, file_refused.
    """
    most = centre.settings.max_message_chars
    text = kept(text.strip(), most) if files else message_text(text.strip(), most)
    for file in files:
        if media.look(file.content or b"", file.media_type).refused or not file.content:
            raise BadRequest("file_refused", reason="program" if file.content else "empty")
    matter = await keeping.now(centre, case_id)
    row = await reaching.own_place_of(centre, matter)
    file_ids = [_file_id(case_id, client_id, number) for number in range(len(files))]
    if row is None or row.state != "open":
        conversation_id = await _begin(centre, matter, row, client_id, text, file_ids)
    else:
        conversation_id = row.id
    draft = messages.Draft(
        conversation_id=conversation_id,
        kind="text",
        author="customer",
        author_id=matter.customer_id,
        author_name="",
        text=text,
        client_id=client_id,
        at=centre.now(),
        extra={"files": file_ids} if file_ids else None,
    )
    await conversations.append(centre, draft)
    for file_id, file in zip(file_ids, files, strict=True):
        arrived = media.Arrived(
            file_id=file_id, conversation_id=conversation_id, owner=matter.customer_id, account="", attachment=file
        )
        await media.keep(centre, arrived)
    await stored.link(centre.database, case_id, conversation_id, at=centre.now())
    await intake.written_to(centre, conversation_id, text)
    centre.cases.note(conversation_id)
    return conversation_id


async def rate(centre: Centre, case_id: str, score: int, comment: str) -> None:
    """How the customer found it; once. Raises BadRequest bad_value, text_too_long; Conflict wrong_state.

    The same score again, as from a button pressed twice, changes nothing and is no error.
    """
    shown = await visit(centre, case_id)
    if shown.rating == score:
        return
    if shown.rates is None:
        raise Conflict("wrong_state")
    low, high = shown.rates
    if not low <= score <= high:
        raise BadRequest("bad_value", field="score")
    said = " ".join(kept(comment, COMMENT_CHARS).split())

    def found(turn: Turn, world: World) -> Turn:
        if score in (turn.matter.csat, turn.matter.nps):
            return turn
        if not _may_rate(turn.matter):  # they said otherwise before, or it was opened again
            raise Conflict("wrong_state")
        return rated(turn, world, score, centre.now(), comment=said)

    await telling.tell(centre, await keeping.decide(centre, case_id, found))


async def _begin(
    centre: Centre, matter: Matter, before: rows.Conversation | None, client_id: str, text: str, file_ids: Sequence[str]
) -> ConversationId:
    """A conversation after the one that is over, answered where that one was."""
    carrier = centre.carriers.get(before.account) if before is not None else None
    person = await customers.of_case(centre.database, matter.id)
    goes_on = before if carrier is not None else None
    channel = goes_on.channel if goes_on is not None else PAGE_CHANNEL
    routed = arrivals.routed_by_rules(
        centre,
        {
            "channel": channel,
            "account": goes_on.account if goes_on is not None else "",
            "department": before.department if before is not None else "",
            "language": matter.language,
            "page_url": "",
            "subject": matter.subject,
            "text": text,
            "customer": person.known if person is not None else {},
            "details": {},
        },
    )
    if matter.queue in centre.policy.queues:
        routed = replace(routed, demand=lanes.in_queue(centre.policy, routed.demand, matter.queue))
    new = rows.Start(
        id=ConversationId(new_id("con")),
        channel=channel,
        account=goes_on.account if goes_on is not None else "",
        customer_id=CustomerId(matter.customer_id),
        start_id=client_id,
        subject=matter.subject or preview(text),
        language=matter.language,
        department=before.department if before is not None else "",
        thread=(goes_on.thread if goes_on is not None else None) or f"case:{matter.id}",
        address=await rows.address_of(centre.database, goes_on.id) if goes_on is not None else "",
        attributes={"rule": routed.rule or "", "credit_ms": routed.credit_ms},
        extra={"files": list(file_ids)} if file_ids else None,
        author_id=matter.customer_id,
        author_name=person.name if person is not None else "",
        text=text,
        at=centre.now(),
        item=arrivals.new_item(routed),
    )
    begun = await rows.start(centre.writer, new)
    if isinstance(begun, rows.Started) and carrier is not None and channel == "email":
        await mails.expect(centre, carrier.account, begun.conversation_id)
    return begun.conversation_id


def _file_id(case_id: str, client_id: str, number: int) -> str:
    """The same at every try."""
    return "file_" + blake2b(f"{case_id}\n{client_id}\n{number}".encode(), digest_size=16).hexdigest()


def known(centre: Centre, case_id: str, expires_at: str, given: str) -> None:
    """Raises NotFound unknown_case for an address that is not ours, or too old."""
    if not signed_paths.genuine(centre, KIND, case_id, expires_at, given):
        raise NotFound("unknown_case")
