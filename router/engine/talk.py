"""What is said over the talk stream, and its bytes."""

from __future__ import annotations

from typing import Literal

import msgspec

from router.core.words import Ms
from router.protocol.call import Call, CallClosed
from router.protocol.case_records import Case, MilestoneKind
from router.protocol.records import Delivery, Message, Receipts
from router.protocol.steps import Step

Side = Literal["customer", "agent"]


class Said(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    conversation_id: str


class MessageSaid(Said, frozen=True, kw_only=True, tag="message"):
    message: Message


class MessageChangedSaid(Said, frozen=True, kw_only=True, tag="message_changed"):
    message: Message


class DeliverySaid(Said, frozen=True, kw_only=True, tag="delivery"):
    n: int
    delivery: Delivery


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


class StepSaid(Said, frozen=True, kw_only=True, tag="step"):
    step: Step


class OnlineSaid(Said, frozen=True, kw_only=True, tag="online"):
    """The customer's widget came or went."""

    online: bool


class BotSaid(Said, frozen=True, kw_only=True, tag="bot"):
    """A bot answers in the conversation now. face: its name; "": it does no more."""

    face: str


class SignedOutSaid(Said, frozen=True, kw_only=True, tag="signed_out"):
    """A login has ended. login: the hash of its token, in hex."""

    conversation_id: str = ""
    login: str


class BroadcastSaid(Said, frozen=True, kw_only=True, tag="broadcast"):
    """A supervisor tells everybody who is signed in something; of one queue or team, if named."""

    conversation_id: str = ""
    by: str
    text: str
    at: Ms
    queue: str
    team: str


class StaffSaid(Said, frozen=True, kw_only=True, tag="staff"):
    """Somebody of staff is to be read anew, though the store matches them as before."""

    conversation_id: str = ""
    agent_id: str


class CallSaid(Said, frozen=True, kw_only=True, tag="call"):
    """A call changed. sees: staff who are part of it, each with what they may do; gone: who no longer are."""

    sees: dict[str, Call]
    gone: list[str]
    closed: CallClosed


class CaseSaid(Said, frozen=True, kw_only=True, tag="case"):
    """A case is as it is here. conversations: those of it."""

    conversation_id: str = ""
    case: Case
    conversations: list[str]


class CaseWarnedSaid(Said, frozen=True, kw_only=True, tag="case_warned"):
    """A milestone is about to be missed, or is."""

    conversation_id: str = ""
    case: Case
    milestone: MilestoneKind
    missed: bool


class CaseViewsSaid(Said, frozen=True, kw_only=True, tag="case_views"):
    """Who has which case open on a node: case → agent → since."""

    conversation_id: str = ""
    node: str
    views: dict[str, dict[str, Ms]]


AnySaid = (
    CaseSaid
    | CaseWarnedSaid
    | CaseViewsSaid
    | MessageSaid
    | MessageChangedSaid
    | DeliverySaid
    | ReceiptsSaid
    | TypingSaid
    | StartedSaid
    | ClosedSaid
    | RatedSaid
    | OnlineSaid
    | BotSaid
    | StepSaid
    | SignedOutSaid
    | BroadcastSaid
    | StaffSaid
    | CallSaid
)

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(AnySaid).decode
