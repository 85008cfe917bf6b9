"""What supervisors do beside watching: to items, agents, queues and conversations. Each is audited."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from router.core.words import Ms
from router.protocol.base import Command, Id, Result, ServerEvent

Priority = Annotated[int, Meta(ge=-100, le=100)]
Level = Annotated[int, Meta(ge=1, le=10)]
SwitchedTo = Literal["open", "closed", "hours"]

# ---------------------------------------------------------------- commands


class MoveItem(Command, tag="item.move", frozen=True, kw_only=True):
    """Put an item into another queue with its age kept, out of whose hands or bell it is in.

    Errors: unknown_queue, unknown_work_item, wrong_state (in wrap-up).
    """

    work_item_id: Id
    queue: str


class PrioritiseItem(Command, tag="item.prioritise", frozen=True, kw_only=True):
    """Give an item that waits or rings this priority; each point is worth waiting time, as the policy says.

    Errors: unknown_work_item, wrong_state (in an agent's hands).
    """

    work_item_id: Id
    priority: Priority


class ChangeAgent(Command, tag="agent.change", frozen=True, kw_only=True):
    """Give an agent these skills and queues, in place of all they had, from the next match on and for good.

    backup: queues they help out in. Errors: unknown_agent, unknown_queue, bad_value (a skill the policy does not know).
    """

    agent_id: Id
    skills: dict[str, Level]
    queues: list[str]
    backup: list[str] = field(default_factory=list)


class SwitchQueue(Command, tag="queue.switch", frozen=True, kw_only=True):
    """Open or close a queue by hand, or let its hours decide again. Errors: unknown_queue.

    While it is closed its customers are served as the policy says of a closed queue; by default they leave a message.
    """

    queue: str
    to: SwitchedTo


class Broadcast(Command, tag="staff.broadcast", frozen=True, kw_only=True):
    """Tell everybody who is signed in, of one queue or team if named; answered by `reached`.

    Errors: text_empty, text_too_long, unknown_queue.
    """

    text: str
    queue: str = ""
    team: str = ""


class MonitorItem(Command, tag="item.monitor", frozen=True, kw_only=True):
    """Read along: answered by the conversation; what is said, read and typed in it follows as events.

    One at a time in each session; another one replaces it, a fresh session reads along nowhere. Who reads along may
    speak: `note.add` is seen by its agent only, `message.send` by the customer too. Errors: unknown_work_item.
    """

    work_item_id: Id


class StopMonitoring(Command, tag="item.unmonitor", frozen=True, kw_only=True):
    """Read along no more."""


Supervision = MoveItem | PrioritiseItem | ChangeAgent | SwitchQueue | Broadcast | MonitorItem | StopMonitoring

# ---------------------------------------------------------------- results


class Reached(Result, tag="reached", frozen=True, kw_only=True):
    """How many people were told."""

    count: int


# ---------------------------------------------------------------- events


class NoticePosted(ServerEvent, tag="notice.posted", frozen=True, kw_only=True):
    """A supervisor tells many. by: their name."""

    by: str
    text: str
    at: Ms


class ProfileChanged(ServerEvent, tag="profile.changed", frozen=True, kw_only=True):
    """My own skills and queues, whole."""

    skills: dict[str, int]
    queues: list[str]
