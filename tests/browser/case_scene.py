"""The cases behind a scripted desk: a small world that keeps, finds and changes them as the protocol says."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from typing import Any

from msgspec.structs import asdict, replace

from router.protocol import cases, home, staff
from router.protocol.base import Command, ServerEvent
from router.protocol.case_records import (
    Case,
    CaseConversation,
    CaseFilter,
    CaseOutcome,
    CaseTypeChoice,
    CaseView,
    CaseViewer,
    FeedEntry,
    FeedKind,
    FieldChange,
    Milestone,
    MilestoneKind,
    MilestoneState,
    SimilarCase,
)
from router.protocol.frames import AnyResult
from router.protocol.records import CustomerCard, Message

ME = "anna"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TYPES = [
    CaseTypeChoice(key="delivery", label="Delivery", parent=""),
    CaseTypeChoice(key="delivery.late", label="Late delivery", parent="delivery"),
    CaseTypeChoice(key="delivery.damaged", label="Damaged on arrival", parent="delivery"),
    CaseTypeChoice(key="returns", label="Returns", parent=""),
    CaseTypeChoice(key="returns.refund", label="Refund", parent="returns"),
]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def milestone(
    name: MilestoneKind, due_in_ms: int | None, *, state: MilestoneState = "running", late: bool = False
) -> Milestone:
    """due_in_ms: negative is over; None is paused with two hours left."""
    due = None if due_in_ms is None else now_ms() + due_in_ms
    return Milestone(
        name=name,
        number=1,
        state="paused" if due is None else state,
        started_at=now_ms() - HOUR,
        due_at=due,
        warn_at=None,
        remaining_ms=2 * HOUR,
        ended_at=None,
        late=late,
    )


def case(number: int, subject: str, customer: str = "Ann Lee", **more: Any) -> Case:
    """more: fields that are otherwise; `case-NUMBER` is its id, `k-NUMBER` its own conversation."""
    made = Case(
        case_id=f"case-{number}",
        number=number,
        revision=1,
        conversation_id=f"k-{number}",
        work_item_id="",
        subject=subject,
        customer=CustomerCard(customer_id=f"u-{number}", name=customer, email="", language="en"),
        case_type="",
        priority="normal",
        status="new",
        owner_id="",
        owner_name="",
        queue="orders",
        channel="email",
        account="demo",
        language="en",
        folder="",
        labels=[],
        parent_id="",
        children=0,
        created_at=now_ms() - number * MINUTE,
        updated_at=now_ms() - number * 1_000,
        closed_at=None,
        promised_at=None,
        milestones=[],
        plan="",
    )
    return replace(made, **more)


_numbers = itertools.count(1)


def entry(kind: FeedKind, **more: Any) -> FeedEntry:
    """Something Anna did just now, unless it is said otherwise."""
    made: dict[str, Any] = {"at": now_ms(), "actor_id": ME, "actor_name": "Anna Kowalska"} | more
    return FeedEntry(entry_id=f"entry-{next(_numbers):06}", kind=kind, **made)


class CaseScene:
    """of: cases by the conversation that belongs to them. Commands change all of it, and each change is told."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.of: dict[str, list[str]] = {}
        self.feed: dict[str, list[FeedEntry]] = {}
        self.views: list[CaseView] = []
        self.viewers: list[CaseViewer] = []
        self.similar: list[str] = []
        self.answered: list[cases.AnswerCase] = []

    def add(self, *made: Case) -> None:
        for one in made:
            self.cases[one.case_id] = one
            begun = entry("created", at=one.created_at, actor_id="", actor_name="")
            self.told(one.case_id, begun)

    def told(self, case_id: str, happened: FeedEntry) -> None:
        self.feed.setdefault(case_id, []).insert(0, happened)

    def changed(self, case_id: str, **fields: Any) -> cases.CaseChanged:
        """It is otherwise now, by whomever."""
        before = self.cases[case_id]
        self.cases[case_id] = replace(before, revision=before.revision + 1, updated_at=now_ms(), **fields)
        return cases.CaseChanged(case=self.cases[case_id], server_time=now_ms())

    def on_command(self, command: Command) -> tuple[AnyResult | None, list[ServerEvent]]:
        match command:
            case cases.ChangeCase(case_id=key):
                event = self._change(key, command.changes)
                return cases.OneCase(case=event.case, server_time=now_ms()), [event]
            case cases.ChangeCases():
                events = [self._change(key, command.changes) for key in command.case_ids]
                return cases.CaseOutcomes(outcomes=[done(key) for key in command.case_ids]), [*events]
            case cases.CreateCase():
                made = self._create(command)
                event = cases.CaseChanged(case=made, server_time=now_ms())
                return cases.OneCase(case=made, server_time=now_ms()), [event]
            case cases.AddCaseNote(case_id=key):
                return self._note(key, command), [self.changed(key)]
            case cases.AnswerCase(case_id=key):
                self.answered.append(command)
                return cases.CaseOutcomes(outcomes=[done(key)]), [self.changed(key)]
            case cases.SaveCaseView():
                self.views.append(view_of(command))
                return self._index(), []
            case cases.DeleteCaseView(view_id=key):
                self.views = [one for one in self.views if one.view_id != key]
                return self._index(), []
        return self._found(command), []

    def _found(self, command: Command) -> AnyResult | None:
        match command:
            case cases.FetchCase(number=number):
                return self._detail(next(one for one in self.cases.values() if one.number == number))
            case cases.FetchCasesOf(conversation_ids=keys):
                ids = [one for key in keys for one in self.of.get(key, [])]
                return cases.CasePage(cases=[self.cases[one] for one in ids], after="", server_time=now_ms())
            case cases.FetchCaseFeed(case_id=key):
                return cases.CaseFeed(entries=self.feed.get(key, []), after="")
            case cases.ListCases():
                return cases.CasePage(cases=self.find(command.filter), after="", server_time=now_ms())
            case cases.CountCases(filters=filters):
                return cases.CaseCounts(counts=[len(self.find(one)) for one in filters])
            case cases.FetchSimilarCases():
                found = [SimilarCase(case=self.cases[key], likeness=0.71) for key in self.similar]
                return cases.SimilarCases(similar=found)
            case cases.FetchCaseIndex():
                return self._index()
        return None

    def find(self, wanted: CaseFilter) -> list[Case]:
        found = [one for one in self.cases.values() if not wanted.statuses or one.status in wanted.statuses]
        if wanted.scope == "mine":
            found = [one for one in found if one.owner_id == ME]
        if wanted.case_types:
            found = [one for one in found if one.case_type in wanted.case_types]
        if wanted.priorities:
            found = [one for one in found if one.priority in wanted.priorities]
        if wanted.late:
            found = [one for one in found if any(clock.late for clock in one.milestones)]
        if wanted.folder is not None:
            found = [one for one in found if one.folder == wanted.folder]
        return [one for one in found if wanted.text.lower() in one.subject.lower()]

    def _index(self) -> cases.CaseIndex:
        folders = sorted({one.folder for one in self.cases.values() if one.folder})
        return cases.CaseIndex(types=TYPES, folders=folders, views=self.views)

    def _detail(self, one: Case) -> cases.CaseDetail:
        spoken = CaseConversation(
            conversation_id="c-mail", channel="email", account="demo", state="open", subject=one.subject,
            started_at=one.created_at, last_n=3, written_at=one.created_at, reaches=True,
        )  # fmt: skip
        chat = replace(spoken, conversation_id="c-chat", channel="webchat", subject="", state="closed")
        return cases.CaseDetail(
            case=one,
            conversations=[spoken, chat],
            answer_to="c-mail",
            parent=self.cases.get(one.parent_id),
            children=[other for other in self.cases.values() if other.parent_id == one.case_id],
            files=[],
            viewers=self.viewers,
            may_change=True,
            server_time=now_ms(),
        )

    def _change(self, key: str, changes: cases.Changes) -> cases.CaseChanged:
        fields = {name: value for name, value in asdict(changes).items() if value is not None}
        before = self.cases[key]
        if parent := fields.get("parent_id"):
            self.changed(parent, children=self.cases[parent].children + 1)
        written = [
            FieldChange(field=name, before=str(getattr(before, name)), after=str(value))
            for name, value in fields.items()
        ]
        self.told(key, entry("changed", changes=written))
        if "promised_at" in fields:
            fields["promised_at"] = fields["promised_at"] or None
        if fields.get("owner_id") == ME:
            fields["owner_name"] = "Anna Kowalska"
        return self.changed(key, **fields)

    def _create(self, command: cases.CreateCase) -> Case:
        number = max((one.number for one in self.cases.values()), default=1000) + 1
        name = command.customer.name if command.customer else "Ann Lee"
        made = case(
            number, command.subject or "Begun from the conversation", name, case_type=command.case_type, owner_id=ME,
            owner_name="Anna Kowalska", priority=command.priority or "normal", status="working",
            milestones=[milestone("first_response", 30 * MINUTE)],
        )  # fmt: skip
        self.add(made)
        if command.conversation_id:
            self.of.setdefault(command.conversation_id, []).insert(0, made.case_id)
        return made

    def _note(self, key: str, command: cases.AddCaseNote) -> staff.Sent:
        entries = self.feed.setdefault(key, [])
        said = Message(
            conversation_id=self.cases[key].conversation_id, n=len(entries), kind="note", author="agent", author_id=ME,
            author_name="Anna Kowalska", text=command.text, client_id=command.client_id, at=now_ms(),
        )  # fmt: skip
        self.told(key, entry("note", message=said))
        return staff.Sent(n=said.n, at=said.at)


def done(key: str) -> CaseOutcome:
    return CaseOutcome(case_id=key, code="")


def view_of(command: cases.SaveCaseView) -> CaseView:
    return CaseView(
        view_id=command.view_id,
        name=command.name,
        filter=command.filter,
        order=command.order,
        shared=command.shared,
        owner_id=ME,
    )


def at_home(scene: CaseScene, **figures: Any) -> home.Home:
    """What an agent sees first; figures: of theirs that are otherwise."""
    mine: dict[str, Any] = {
        "closed": 12, "in_time": 0.75, "first_response_ms": 20 * MINUTE, "csat": 4.6, "nps": None, "rated": 9
    }  # fmt: skip
    team: dict[str, Any] = mine | {"in_time": 0.9, "first_response_ms": 35 * MINUTE, "csat": 4.2, "rated": None}
    owned = [one for one in scene.cases.values() if one.owner_id == ME and one.status != "closed"]
    every = [one for one in scene.cases.values() if one.status != "closed"]
    labels = {each.key: each.label for each in TYPES}
    return home.Home(
        mine=home.AgentFigures(**mine | figures),
        team=home.AgentFigures(**team),
        team_name="Garden",
        targets=home.Targets(first_response_ms=30 * MINUTE, in_time=0.9, csat=4.5, nps=None, survey="csat"),
        today=home.DayFigures(handled=5, handle_ms=6 * MINUTE),
        team_today=home.DayFigures(handled=7, handle_ms=None),
        due=owned,
        my_open=len(owned),
        my_late=sum(any(clock.late for clock in one.milestones) for one in owned),
        open=[
            home.OpenCases(case_type=key, label=labels.get(key, ""), priority=priority, count=count)
            for (key, priority), count in Counter((one.case_type, one.priority) for one in every).items()
        ],
        counted_at=now_ms(),
        server_time=now_ms(),
    )
