"""A form that was sent: a conversation on the channel `webform`, answered by mail.

Order: conversation, message and work item durable → files kept → in line → thanked by mail → acknowledged. Each step
can be done again: who hears no answer sends the same client_id again, and that is the same submission.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from router.core import identity
from router.core.form import Filled, Form, fill
from router.core.identity import Identity
from router.core.inbound import Attachment
from router.core.words import ConversationId, CustomerId
from router.engine import arrivals, closed_queues, intake, mails, media
from router.engine.calls import numbers
from router.engine.centre import Centre
from router.engine.customers import evidence
from router.engine.ids import new_id
from router.engine.text import URL_CHARS, shortened
from router.protocol.errors import BadRequest, Conflict, NotFound
from router.store.postgres import conversations as stored
from router.store.postgres import customers

CHANNEL = "webform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What was sent. client_id: of whoever sends, the same when it is sent again. files: with their bytes."""

    client_id: str
    language: str
    values: Mapping[str, str]
    page_url: str = ""
    files: Sequence[Attachment] = ()


async def submit(centre: Centre, form: Form, sent: Submission) -> ConversationId:
    """Take it in, once. Raises BadRequest form_invalid (the faults by field), file_refused."""
    language = form.language(sent.language)
    filled = _filled(form, sent, language)
    _looked_at(form, sent.files)
    person = await _who(centre, form, sent.client_id, filled, language)
    routed = arrivals.routed_by_rules(
        centre,
        {
            "channel": CHANNEL,
            "account": form.key,
            "department": form.department,
            "language": language,
            "page_url": sent.page_url[:URL_CHARS],
            "subject": filled.subject,
            "text": filled.text,
            "customer": person.known,
            "details": filled.details,
        },
    )
    decided = closed_queues.decide(centre, routed)
    file_ids = [_file_id(form, sent.client_id, number) for number in range(len(sent.files))]
    new = stored.Start(
        id=ConversationId(new_id("con")),
        channel=CHANNEL,
        account=form.answers_by or form.key,
        customer_id=person.id,
        start_id=sent.client_id,
        subject=filled.subject,
        language=language,
        department=form.department,
        page_url=shortened(sent.page_url, URL_CHARS),
        thread=f"{CHANNEL}:{form.key}:{sent.client_id}",
        address=filled.email,
        attributes={
            "form": form.key,
            "details": filled.details,
            **decided.attributes(centre.now(), held=decided.holds_written),
        },
        extra=_extra(form, filled, file_ids),
        author_id=person.id,
        author_name=person.name,
        text=filled.text,
        at=centre.now(),
        item=None if decided.holds_written else arrivals.new_item(decided.routed),
    )
    begun = await stored.start(centre.writer, new)
    if isinstance(begun, stored.HasOpen):
        raise Conflict("conversation_open", conversation_id=begun.conversation_id)
    await _claims(centre, form, person.id, filled)
    for file_id, file in zip(file_ids, sent.files, strict=True):
        await media.keep(
            centre,
            media.Arrived(
                file_id=file_id,
                conversation_id=begun.conversation_id,
                owner=person.id,
                account=new.account,
                attachment=file,
            ),
        )
    if not decided.holds_written:
        await intake.written_to(centre, begun.conversation_id, filled.text)
    centre.cases.note(begun.conversation_id)
    await _thank(centre, form, begun.conversation_id, filled, language)
    return begun.conversation_id


def _extra(form: Form, filled: Filled, file_ids: Sequence[str]) -> Mapping[str, Any] | None:
    """What the message shows beside its text: to who answers it by mail, it is one."""
    mail = {"subject": filled.subject, "from": filled.email} if form.answers_by and filled.email else {}
    return {name: value for name, value in (("mail", mail), ("files", list(file_ids))) if value} or None


def reference(centre: Centre, conversation_id: ConversationId) -> str:
    """What the customer may name when they write again."""
    return mails.token(centre.signing_key, conversation_id)


def _filled(form: Form, sent: Submission, language: str) -> Filled:
    found = fill(form, sent.values, language)
    if not isinstance(found, Filled):
        raise BadRequest("form_invalid", **found)
    return found


def _looked_at(form: Form, files: Sequence[Attachment]) -> None:
    """Refuse before anything is kept: people are there to choose another file."""
    if len(files) > form.most_files:
        raise BadRequest("file_refused", reason="too_many", most=form.most_files)
    for file in files:
        looked = media.look(file.content or b"", file.media_type)
        if looked.refused or not file.content:
            raise BadRequest("file_refused", reason=looked.refused or "empty", name=file.name[:100])


async def _who(centre: Centre, form: Form, client_id: str, filled: Filled, language: str) -> customers.Customer:
    """By the address as by that of a mail, else by the number as by that of a caller; else somebody new."""
    phone = _phone(filled.phone, form.country)
    if filled.email:
        known_by = identity.of_sender("email", filled.email)
    elif phone:
        known_by = identity.of_sender("voice", phone)
    else:
        known_by = Identity(kind=CHANNEL, value=f"{form.key}:{client_id}", proof="said")
    fresh = customers.Customer(
        id=CustomerId(new_id("cus")),
        name=filled.name,
        email=filled.email,
        language=language,
        created_at=centre.now(),
    )
    return await customers.of_identity(centre.database, known_by, otherwise=fresh)


async def _claims(centre: Centre, form: Form, customer_id: CustomerId, filled: Filled) -> None:
    """What they say of themselves beside what they are known by: it may suggest that they are somebody we know."""
    for kind, value in ((identity.ORDER, filled.order), (identity.PHONE, filled.phone if filled.email else "")):
        if value:
            await evidence.offered(centre, customer_id, kind, value, country=form.country)


def _phone(text: str, country: str) -> str:
    """E.164; "" for what is no number."""
    try:
        return numbers.to_call(text, country) if text else ""
    except BadRequest:
        return ""


def _file_id(form: Form, client_id: str, number: int) -> str:
    """The same at every try."""
    return "file_" + blake2b(f"{form.key}\n{client_id}\n{number}".encode(), digest_size=16).hexdigest()


async def _thank(centre: Centre, form: Form, conversation_id: ConversationId, filled: Filled, language: str) -> None:
    """Answers to our mail find their way back; the first one says that the form is here."""
    carrier = centre.carriers.get(form.answers_by) if form.answers_by else None
    if carrier is None or not filled.email:
        return
    await mails.expect(centre, carrier.account, conversation_id)
    await mails.acknowledge(centre, carrier.account, filled.email, conversation_id, language)


def known(centre: Centre, key: str) -> Form:
    """Raises NotFound unknown_form."""
    form = centre.forms.by_key.get(key)
    if form is None:
        raise NotFound("unknown_form")
    return form
