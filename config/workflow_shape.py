"""The shape of workflows in TOML, and the way from it to `router.core.taskrouter.workflow`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from config.shape import Complaint, Names, Report
from router.core.taskrouter.expression import MOST_CHARS, ExpressionInvalid, parse
from router.core.taskrouter.known_worker import parse_known_worker
from router.core.taskrouter.order import parse_order
from router.core.taskrouter.workflow import Filter, Target, Workflow

MOST_NAME_CHARS = 200
MOST_PRIORITY = 1_000_000
MOST_TIMEOUT_S = 10_000_000


class Reads:
    """The text must be readable, or empty; faults point inside it."""

    def __init__(self, read: Callable[[str], object]) -> None:
        self._read = read

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        try:
            _ = value and self._read(value)
        except ExpressionInvalid as error:
            yield Complaint(f"bad expression: {error.reason}", (error.line, error.column))


_KNOWN_SID = Reads(partial(parse_known_worker, "sid"))
_KNOWN_NAME = Reads(partial(parse_known_worker, "friendly_name"))

AnyName = Annotated[str, Meta(min_length=1, max_length=MOST_NAME_CHARS)]
Expression = Annotated[str, Reads(parse)]
Unreadable = Annotated[str, Meta(max_length=MOST_CHARS, description="What an import found here and could not read.")]


class TargetShape(Struct, frozen=True, kw_only=True):
    """[[workflows.filters.targets]]: where an item of the filter waits, one after another."""

    queue: Annotated[str, Names("queues"), Meta(description="The queue whose agents are looked at.")]
    expression: Annotated[Expression, Meta(description="Over task and worker; none: everyone in the queue.")] = ""
    timeout_s: (
        Annotated[
            float,
            Meta(ge=0, le=MOST_TIMEOUT_S, description="How long it lasts; sums up with those before. None: for ever."),
        ]
        | None
    ) = None
    priority: (
        Annotated[
            int,
            Meta(
                ge=-MOST_PRIORITY,
                le=MOST_PRIORITY,
                description="Points of priority; none keeps those of the one before.",
            ),
        ]
        | None
    ) = None
    order_by: Annotated[
        str, Reads(parse_order), Meta(description="Whole numbers to order agents by: worker.routing.levels.pl DESC.")
    ] = ""
    skip_if: Annotated[
        Expression, Meta(description="Left at once when nobody is eligible on entry and this holds.")
    ] = ""
    known_worker_sid: Annotated[
        str,
        _KNOWN_SID,
        Meta(description="Only the agent of this id: task.… or the id itself."),
    ] = ""
    known_worker_friendly_name: Annotated[
        str,
        _KNOWN_NAME,
        Meta(description="Only the agent whose attribute friendly_name is this: task.… or the name itself."),
    ] = ""
    unreadable: Unreadable = ""


class FilterShape(Struct, frozen=True, kw_only=True):
    """[[workflows.filters]]: tried in order; the first that matches decides."""

    name: Annotated[AnyName, Meta(description="Shown where the routing of an item is explained.")]
    expression: Annotated[Expression, Meta(description="Over the task; none matches always.")] = ""
    targets: Annotated[tuple[TargetShape, ...], Meta(description="Passed through in order.")] = ()
    unreadable: Unreadable = ""


class WorkflowShape(Struct, frozen=True, kw_only=True):
    """[[workflows]]: filters and targets with the meaning they have in Twilio TaskRouter."""

    name: Annotated[AnyName, Meta(description="Unique; items name the workflow they belong to.")]
    aliases: Annotated[tuple[AnyName, ...], Meta(description="Other names it may be asked for by.")] = ()
    filters: Annotated[tuple[FilterShape, ...], Meta(description="Tried in order.")] = field(default_factory=tuple)
    default_filter: (
        Annotated[TargetShape, Meta(description="Takes what no filter matches or every target skips.")] | None
    ) = None


def build_workflow(shape: WorkflowShape) -> Workflow:
    return Workflow(
        name=shape.name,
        aliases=shape.aliases,
        filters=tuple(
            Filter(
                name=each.name,
                expression=each.expression,
                targets=tuple(_target(target) for target in each.targets),
                unreadable=each.unreadable,
            )
            for each in shape.filters
        ),
        default=_target(shape.default_filter) if shape.default_filter else None,
    )


def _target(shape: TargetShape) -> Target:
    return Target(**{name: getattr(shape, name) for name in shape.__struct_fields__})
