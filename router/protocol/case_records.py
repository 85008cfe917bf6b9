"""Shapes of cases; what they mean is said in cases.py."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from router.core.words import Channel, Ms
from router.protocol.base import Id, Record
from router.protocol.records import CustomerCard, Message
from router.protocol.steps import Step

CaseStatus = Literal["new", "working", "waiting", "escalated", "closed"]
"""waiting: on the customer."""
CasePriority = Literal["low", "normal", "high", "urgent"]
CaseOrder = Literal["updated", "created", "number", "due"]
"""updated, created and number: newest first. due: the next deadline first; cases without one are left out."""
MilestoneKind = Literal["first_response", "next_response", "resolution"]
MilestoneState = Literal["running", "paused", "met", "missed", "ended"]
"""missed: the deadline is over and it is still to be done. ended: over without having been needed."""
FeedKind = Literal[
    "created", "changed", "message", "note", "step", "linked", "milestone", "action", "routed", "answered", "rated"
]

MOST_CASES = 200
CaseIds = Annotated[list[Id], Meta(min_length=1, max_length=MOST_CASES)]
Few = Annotated[list[Annotated[str, Meta(max_length=80)]], Meta(max_length=50)]
Labels = Annotated[list[Annotated[str, Meta(min_length=1, max_length=40)]], Meta(max_length=20)]
Page = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[str, Meta(max_length=200)]
"""Where the next page begins, as the last one said; "" begins at the start."""

# ---------------------------------------------------------------- records


class Milestone(Record, frozen=True, kw_only=True):
    """A clock of a case. due_at: null while it is paused. remaining_ms: working time left when it was paused or ended.

    number: of `next_response`, which begins anew with each message of the customer. late: it was not met in time,
    whether met since or not. warn_at: when its owner is warned; null: not any more.
    """

    name: MilestoneKind
    number: int
    state: MilestoneState
    started_at: Ms
    due_at: Ms | None
    warn_at: Ms | None
    remaining_ms: Ms
    ended_at: Ms | None
    late: bool


class Case(Record, frozen=True, kw_only=True):
    """number: what people call it. revision: counts its changes; a change says which one it saw.

    conversation_id: of its own (notes, steps, files, work item). work_item_id: while it is in line or in work.
    channel, account: where it came from. case_type, owner_id, queue, folder, parent_id: "" is none.
    promised_at: until when the customer was told to expect a solution. children: cases with this one as their parent.
    csat (1–5), nps (0–10): how its customer rated it.
    """

    case_id: str
    number: int
    revision: int
    conversation_id: str
    work_item_id: str
    subject: str
    customer: CustomerCard
    case_type: str
    priority: CasePriority
    status: CaseStatus
    owner_id: str
    owner_name: str
    queue: str
    channel: Channel
    account: str
    language: str
    folder: str
    labels: list[str]
    parent_id: str
    children: int
    created_at: Ms
    updated_at: Ms
    closed_at: Ms | None
    promised_at: Ms | None
    milestones: list[Milestone]
    plan: str
    csat: int | None = None
    nps: int | None = None


class CaseConversation(Record, frozen=True, kw_only=True):
    """A conversation with the customer that belongs to a case.

    written_at: when the customer wrote in it last; null: never. reaches: one can write to them in it.
    """

    conversation_id: str
    channel: Channel
    account: str
    state: Literal["open", "closed"]
    subject: str
    started_at: Ms
    last_n: int
    written_at: Ms | None
    reaches: bool


class CaseViewer(Record, frozen=True, kw_only=True):
    """A colleague who has the case open. since: when they opened it."""

    agent_id: str
    name: str
    since: Ms


class FieldChange(Record, frozen=True, kw_only=True):
    """field: its name in Case. before, after: as text; ids stay ids, lists are joined by a comma, null is ""."""

    field: str
    before: str
    after: str


class FeedEntry(Record, frozen=True, kw_only=True):
    """One thing that happened. actor_id: "" is the house itself.

    changes: of `changed`. message: of `message`, `note` and `step`. step: of `step`, as it is now. word: of `milestone`
    (started, paused, resumed, met, met_late, warned, missed, ended), of `action` (what the house did: notified,
    alerted, told, prioritised, moved, escalated, labelled, closed, reopened, survey_sent), of `routed` (taken, done),
    of `linked` ("" or follows). subject: the milestone, work item, conversation or case it is about; of `rated` a
    number.
    """

    entry_id: str
    kind: FeedKind
    at: Ms
    actor_id: str
    actor_name: str
    word: str = ""
    subject: str = ""
    changes: list[FieldChange] = field(default_factory=list)
    message: Message | None = None
    step: Step | None = None


class CaseFilter(Record, frozen=True, kw_only=True):
    """Which cases: those that meet all of it. Empty lists and texts ask nothing.

    scope: mine: I own them. queues: of my queues and nobody's. text: words of subject or labels, or a number.
    due_within_s: the next deadline is within it, or over. late: a milestone was or is late. folder: null is any.
    """

    scope: Literal["all", "mine", "queues"] = "all"
    statuses: Annotated[list[CaseStatus], Meta(max_length=5)] = field(default_factory=list)
    case_types: Few = field(default_factory=list)
    owner_ids: Few = field(default_factory=list)
    queues: Few = field(default_factory=list)
    priorities: Annotated[list[CasePriority], Meta(max_length=4)] = field(default_factory=list)
    labels: Few = field(default_factory=list)
    text: Annotated[str, Meta(max_length=200)] = ""
    folder: Annotated[str, Meta(max_length=80)] | None = None
    customer_id: str = ""
    parent_id: str = ""
    due_within_s: Annotated[int, Meta(ge=0, le=366 * 86_400)] | None = None
    late: bool = False


class CaseView(Record, frozen=True, kw_only=True):
    """A filter with a name. shared: everybody sees it; its owner and supervisors change it."""

    view_id: str
    name: str
    filter: CaseFilter
    order: CaseOrder
    shared: bool
    owner_id: str


class CaseTypeChoice(Record, frozen=True, kw_only=True):
    """A type of case. parent: the type above it in the tree; "" is the top."""

    key: str
    label: str
    parent: str


class SimilarCase(Record, frozen=True, kw_only=True):
    """likeness: 0–1."""

    case: Case
    likeness: float


class CaseOutcome(Record, frozen=True, kw_only=True):
    """What became of one of many. code: "" it is done, else why not: a public error code."""

    case_id: str
    code: str


class NewCustomer(Record, frozen=True, kw_only=True):
    """Whom a letter or a visit came from. email, phone: found by them if they are known already."""

    name: Annotated[str, Meta(max_length=200)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
