"""Steps: parts of a matter that another department answers; its agent stays responsible (endpoint `/ws/agent`)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from router.core.words import Ms
from router.protocol.base import Command, Id, Record, Result, ServerEvent

StepState = Literal["open", "taken", "info_needed", "done", "cancelled"]
DueSeconds = Annotated[int, Meta(ge=0, le=30 * 86_400)]


class Step(Record, frozen=True, kw_only=True):
    """excerpt: all that left the house. owner_name: who took it there; "" nobody yet. posted: they have it.

    reminders: how often it was reminded of it. Its thread is among the conversation's notes.
    """

    step_id: str
    conversation_id: str
    department: str
    subject: str
    excerpt: str
    state: StepState
    owner_name: str
    opened_at: Ms
    due_at: Ms
    changed_at: Ms
    reminders: int
    posted: bool


class DepartmentChoice(Record, frozen=True, kw_only=True):
    """due_s: how long a step may take unless its agent says otherwise."""

    key: str
    label: str
    due_s: int


class OpenStep(Command, tag="step.open", frozen=True, kw_only=True):
    """Ask a department, with this excerpt and nothing else. Idempotent by client_id.

    due_s: 0 is the department's own. Errors: unknown_department, not_yours, text_empty, text_too_long.
    """

    conversation_id: Id
    client_id: Id
    department: str
    subject: str
    excerpt: str
    due_s: DueSeconds = 0


class ReplyToStep(Command, tag="step.reply", frozen=True, kw_only=True):
    """Say something in the department's thread; it is a note of the conversation too. Idempotent by client_id.

    Errors: unknown_step, not_yours, text_empty, text_too_long.
    """

    step_id: Id
    client_id: Id
    text: str


class CloseStep(Command, tag="step.close", frozen=True, kw_only=True):
    """It is done, or nobody needs it any more. Errors: unknown_step, not_yours."""

    step_id: Id
    done: bool


class FetchSteps(Command, tag="steps.fetch", frozen=True, kw_only=True):
    """The steps of a conversation, oldest first, and the departments there are."""

    conversation_id: Id


class Steps(Result, tag="steps", frozen=True, kw_only=True):
    steps: list[Step]
    departments: list[DepartmentChoice]


class StepChanged(ServerEvent, tag="step.changed", frozen=True, kw_only=True):
    """A step of a conversation of mine, whole; a client that has not fetched its steps leaves it aside."""

    step: Step


StepCommand = OpenStep | ReplyToStep | CloseStep | FetchSteps
