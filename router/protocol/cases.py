"""Cases: matters that outlive a conversation, with an owner, a state and deadlines (endpoint `/ws/agent`).

Everybody on the staff may read cases. Changing one is for its owner, for members of its queue, for anybody while nobody
owns it, and for supervisors. Each case has a conversation of its own (channel `case`): its notes, steps and files are
there, and its work item when it is routed; the customer never sees it.

Clocks: `server_time` is in every result with milestones; a clock shows `due_at − server_time`, and stands still at
`remaining_ms` while its milestone is paused.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from router.core.words import Channel, Ms
from router.protocol.base import Command, Id, Number, Record, Result, ServerEvent
from router.protocol.case_records import (
    Case,
    CaseConversation,
    CaseFilter,
    CaseIds,
    CaseOrder,
    CaseOutcome,
    CasePriority,
    CaseStatus,
    CaseTypeChoice,
    CaseView,
    CaseViewer,
    Cursor,
    FeedEntry,
    Labels,
    MilestoneKind,
    NewCustomer,
    Page,
    SimilarCase,
)
from router.protocol.records import File

# ---------------------------------------------------------------- commands


class CreateCase(Command, tag="case.create", frozen=True, kw_only=True):
    """Begin a case: from a conversation (it belongs to the case then), for a known customer, or for a new one.

    Empty type, priority and queue: by the keyword rules, from subject, text and the conversation's first words.
    Idempotent by client_id. text: a first note, a letter's words for instance. channel: how a letter or visit came; a
    conversation has its own. mine: I own it; else it waits in line in its queue. Answered by `case`. Errors:
    unknown_conversation, unknown_customer, unknown_case_type, unknown_queue, text_empty (no subject), text_too_long,
    not_yours.
    """

    client_id: Id
    conversation_id: str = ""
    customer_id: str = ""
    customer: NewCustomer | None = None
    subject: str = ""
    case_type: str = ""
    priority: CasePriority | None = None
    queue: str = ""
    text: str = ""
    channel: Channel = "manual"
    mine: bool = True


class Changes(Record, frozen=True, kw_only=True):
    """What of a case is to be otherwise; null leaves it.

    owner_id, queue, case_type, folder, parent_id: "" takes it away. A case that is closed ends its milestones; one that
    is not any more gets a new resolution clock. promised_at: told to the customer by the case's channel when the policy
    has a text for it; 0 takes it away.
    """

    subject: str | None = None
    case_type: str | None = None
    priority: CasePriority | None = None
    status: CaseStatus | None = None
    owner_id: str | None = None
    queue: str | None = None
    folder: Annotated[str, Meta(max_length=80)] | None = None
    labels: Labels | None = None
    parent_id: str | None = None
    promised_at: Number | None = None


class ChangeCase(Command, tag="case.change", frozen=True, kw_only=True):
    """Change a case as I saw it: revision is the one I saw. Answered by `case`.

    stale_case: somebody was quicker; `case.changed` with the present state comes before the error.
    Errors: unknown_case, stale_case, not_yours, unknown_case_type, unknown_queue, unknown_agent, bad_value.
    """

    case_id: Id
    revision: Number
    changes: Changes


class ChangeCases(Command, tag="cases.change", frozen=True, kw_only=True):
    """The same change of many cases, as they are. Answered by `case_outcomes`, in the order asked."""

    case_ids: CaseIds
    changes: Changes


class EscalateCase(Command, tag="case.escalate", frozen=True, kw_only=True):
    """Hand a case to the second line: status escalated, nobody's, in this queue, in line there as a work item.

    note: for whoever takes it. Answered by `case`. Errors: unknown_case, stale_case, not_yours, unknown_queue.
    """

    case_id: Id
    revision: Number
    queue: str
    note: str = ""


class RouteCase(Command, tag="case.route", frozen=True, kw_only=True):
    """Put the case in line in its queue, to be offered like other work; in line or in work already changes nothing.

    Errors: unknown_case, not_yours, wrong_state (it is closed).
    """

    case_id: Id


class LinkConversation(Command, tag="case.link", frozen=True, kw_only=True):
    """The conversation belongs to this case from now on. Errors: unknown_case, unknown_conversation, not_yours."""

    case_id: Id
    conversation_id: Id


class AddCaseNote(Command, tag="case.note", frozen=True, kw_only=True):
    """A note only staff see. Idempotent by client_id; answered by `sent`.

    Errors: unknown_case, text_empty, text_too_long.
    """

    case_id: Id
    client_id: Id
    text: str


class AnswerCase(Command, tag="case.answer", frozen=True, kw_only=True):
    """Send the text to the case's customer; idempotent by client_id. Answered by `case_outcomes`.

    conversation_id: in which of the case's conversations; "": where its customer wrote last. children: to each child's
    customer too, where they wrote last (the case itself only if it has a conversation). close: the cases answered are
    closed. Errors: unknown_case, not_yours, unknown_conversation (none of the case, or none one can write in),
    text_empty, text_too_long. Codes of outcomes: nowhere_to_answer (no conversation of the case reaches its customer).
    """

    case_id: Id
    client_id: Id
    text: str
    conversation_id: str = ""
    children: bool = False
    close: bool = False


class FetchCase(Command, tag="case.fetch", frozen=True, kw_only=True):
    """A case with what belongs to it, by id or by number; answered by `case_detail`. Errors: unknown_case."""

    case_id: str = ""
    number: Number = 0


class FetchCasesOf(Command, tag="cases.of", frozen=True, kw_only=True):
    """The cases these conversations belong to; answered by `case_page`.

    Changes of them are told while the conversations are my work.
    """

    conversation_ids: CaseIds


class FetchCaseFeed(Command, tag="case.feed", frozen=True, kw_only=True):
    """What happened, newest first; answered by `case_feed`. Errors: unknown_case."""

    case_id: Id
    after: Cursor = ""
    limit: Page = 50


class ListCases(Command, tag="cases.list", frozen=True, kw_only=True):
    """Answered by `case_page`."""

    filter: CaseFilter
    order: CaseOrder = "updated"
    after: Cursor = ""
    limit: Page = 50


class CountCases(Command, tag="cases.count", frozen=True, kw_only=True):
    """How many cases each filter finds, up to 1,000; answered by `case_counts`."""

    filters: Annotated[list[CaseFilter], Meta(min_length=1, max_length=20)]


class FetchSimilarCases(Command, tag="cases.similar", frozen=True, kw_only=True):
    """Cases whose subjects are like this one's, not closed longer than a month, likest first.

    Answered by `similar_cases`. Errors: unknown_case.
    """

    case_id: Id


class WatchCases(Command, tag="cases.watch", frozen=True, kw_only=True):
    """Tell this session of every case that changes: `case.changed`, or `cases.stale` when it is too much.

    A fresh session watches nothing.
    """


class UnwatchCases(Command, tag="cases.unwatch", frozen=True, kw_only=True):
    """Tell me of cases no more, but of the one I have open."""


class OpenCase(Command, tag="case.open", frozen=True, kw_only=True):
    """I have this case open: tell me of its changes and of who else looks at it; colleagues see that I do.

    One at a time in each session; another one replaces it. Errors: unknown_case.
    """

    case_id: Id


class LeaveCase(Command, tag="case.leave", frozen=True, kw_only=True):
    """I have no case open any more."""


class FetchCaseIndex(Command, tag="case_index.fetch", frozen=True, kw_only=True):
    """Types, folders and views; answered by `case_index`."""


class SaveCaseView(Command, tag="case_view.save", frozen=True, kw_only=True):
    """Keep a view; the same view_id again replaces it. Answered by `case_index`. Errors: not_yours, text_empty."""

    view_id: Id
    name: Annotated[str, Meta(max_length=80)]
    filter: CaseFilter
    order: CaseOrder = "updated"
    shared: bool = False


class DeleteCaseView(Command, tag="case_view.delete", frozen=True, kw_only=True):
    """Answered by `case_index`. Errors: not_yours."""

    view_id: Id


CaseCommand = (
    CreateCase
    | ChangeCase
    | ChangeCases
    | EscalateCase
    | RouteCase
    | LinkConversation
    | AddCaseNote
    | AnswerCase
    | FetchCase
    | FetchCasesOf
    | FetchCaseFeed
    | ListCases
    | CountCases
    | FetchSimilarCases
    | WatchCases
    | UnwatchCases
    | OpenCase
    | LeaveCase
    | FetchCaseIndex
    | SaveCaseView
    | DeleteCaseView
)

# ---------------------------------------------------------------- results


class OneCase(Result, tag="case", frozen=True, kw_only=True):
    case: Case
    server_time: Ms


class CaseDetail(Result, tag="case_detail", frozen=True, kw_only=True):
    """A case with its conversations (newest first), children (newest 100), files and who else has it open.

    answer_to: the conversation its customer wrote in last, where an answer goes; "": none can be written in.
    """

    case: Case
    conversations: list[CaseConversation]
    answer_to: str
    parent: Case | None
    children: list[Case]
    files: list[File]
    viewers: list[CaseViewer]
    may_change: bool
    server_time: Ms


class CaseFeed(Result, tag="case_feed", frozen=True, kw_only=True):
    """after: for the next page; "": there is none."""

    entries: list[FeedEntry]
    after: str


class CasePage(Result, tag="case_page", frozen=True, kw_only=True):
    """after: for the next page; "": there is none."""

    cases: list[Case]
    after: str
    server_time: Ms


class CaseCounts(Result, tag="case_counts", frozen=True, kw_only=True):
    """In the order asked; 1,000 is "that many or more"."""

    counts: list[int]


class CaseOutcomes(Result, tag="case_outcomes", frozen=True, kw_only=True):
    outcomes: list[CaseOutcome]


class SimilarCases(Result, tag="similar_cases", frozen=True, kw_only=True):
    similar: list[SimilarCase]


class CaseIndex(Result, tag="case_index", frozen=True, kw_only=True):
    """types: parents before their children. folders: those in use."""

    types: list[CaseTypeChoice]
    folders: list[str]
    views: list[CaseView]


CaseResult = OneCase | CaseDetail | CaseFeed | CasePage | CaseCounts | CaseOutcomes | SimilarCases | CaseIndex

# ---------------------------------------------------------------- events


class CaseChanged(ServerEvent, tag="case.changed", frozen=True, kw_only=True):
    """A case I have to do with is as it is here now, or something was added to its feed."""

    case: Case
    server_time: Ms


class CasesStale(ServerEvent, tag="cases.stale", frozen=True, kw_only=True):
    """More cases changed at once than are told one by one: lists and counts are to be fetched anew."""


class CaseViewersChanged(ServerEvent, tag="case.viewers", frozen=True, kw_only=True):
    """Who else has the case open that I have open."""

    case_id: str
    viewers: list[CaseViewer]


class CaseWarned(ServerEvent, tag="case.warned", frozen=True, kw_only=True):
    """A milestone of a case of mine (or, for supervisors, of anybody's) is about to be missed, or is.

    milestone: its name. missed: false: a warning.
    """

    case: Case
    milestone: MilestoneKind
    missed: bool
    server_time: Ms


CaseEvent = CaseChanged | CasesStale | CaseViewersChanged | CaseWarned
