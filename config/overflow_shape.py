"""Overflow and callbacks of a queue in TOML: shapes, the way there and back, faults that no single value has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct, field

from config.document import Node
from config.fault import Fault
from config.shape import Names, OneOf
from router.core.policy import Callback, Overflow, OverflowAction, OverflowWhen
from router.core.words import CHANNELS, Channel, Ms

TO_QUEUES = ("queue", "message", "case")
"""Actions with which an item waits somewhere else, or as something else."""
COUNTED = {"age": "after_s", "length": "length", "expected_wait": "wait_s", "nobody_signed_in": "after_s"}
"""The key that says how much is too much; without it nobody_signed_in is so at once."""

Texts = Annotated[
    dict[
        Annotated[str, Meta(pattern=r"^[a-z]{2}\Z", title="an ISO 639-1 language code")],
        Annotated[str, Meta(max_length=500)],
    ],
    Meta(description="What customers read, by language, in place of the widget's own words."),
]


class OverflowShape(Struct, frozen=True, kw_only=True):
    """[[queues.<name>.overflow]]: what becomes of items for which the queue is no good; the first rule that holds."""

    when: Annotated[
        OverflowWhen,
        Meta(
            description="The item is `after_s` old; it comes and `length` items wait already, or it would wait for "
            "`wait_s`; nobody who serves queue and channel has been signed in for `after_s`."
        ),
    ] = "age"
    after_s: (
        Annotated[
            float, Meta(ge=0, le=604_800, description="Age of the item; for `nobody_signed_in`, how long nobody is.")
        ]
        | None
    ) = None
    length: Annotated[int, Meta(ge=1, le=100_000, description="So many items wait in the queue already.")] | None = None
    wait_s: (
        Annotated[float, Meta(ge=1, le=604_800, description="The expected wait (p50) is as long, or longer.")] | None
    ) = None
    action: Annotated[
        OverflowAction,
        Meta(
            description="It waits in another queue; as a message or a case, for which its customer need not stay (a "
            "web form, an e-mail); its customer is offered a callback or voicemail, or told something, and waits on."
        ),
    ] = "queue"
    queue: (
        Annotated[str, Names("queues"), Meta(description="Where it waits then; its age is kept. Else in the same.")]
        | None
    ) = None
    text: Texts = field(default_factory=dict)


class CallbackShape(Struct, frozen=True, kw_only=True):
    """[queues.<name>.callback]: customers who would rather be called keep their place in line."""

    channel: Annotated[
        Channel, OneOf(CHANNELS, "channel"), Meta(description="What an item counts as that is to be called.")
    ] = "voice"
    always: Annotated[bool, Meta(description="Offered to everybody who waits, not only by overflow.")] = False
    retry_s: Annotated[
        float, Meta(ge=10, le=604_800, description="How long after a try that reached nobody the next one comes.")
    ] = 600
    attempts: Annotated[int, Meta(ge=1, le=20, description="How often it is tried in all.")] = 3


def build_callback(shape: CallbackShape | None) -> Callback:
    if shape is None:
        return Callback()
    return Callback(channel=shape.channel, always=shape.always, retry_ms=_ms(shape.retry_s), attempts=shape.attempts)


def build_overflow(shape: OverflowShape) -> Overflow:
    counts_ms = shape.when in ("age", "nobody_signed_in")
    return Overflow(
        when=shape.when,
        after_ms=_ms(shape.after_s or 0) if counts_ms else 0,
        least=(shape.length or 0) if shape.when == "length" else _ms(shape.wait_s or 0) if not counts_ms else 0,
        action=shape.action,
        queue=shape.queue or "",
        text=shape.text,
    )


def judged_overflow(tree: Node) -> Iterator[Fault]:
    """Rules that say too little, too much, or could never change anything."""
    for name, _ in tree.items("queues"):
        for rule in tree.elements("queues", name, "overflow"):
            yield from _judged(rule, name)


def _judged(rule: Node, name: str) -> Iterator[Fault]:
    when, action, target = (_said(rule, key) for key in ("when", "action", "queue"))
    when, action = when or "age", action or "queue"
    needed = COUNTED.get(when)
    for key in dict.fromkeys(COUNTED.values()):
        node = rule.at(key)
        if node is not None and key != needed:
            yield node.fault(f"counts only where when is {' or '.join(w for w, k in COUNTED.items() if k == key)!r}")
        elif needed == key and (node is None or not node.value) and when != "nobody_signed_in":
            yield (node or rule).fault(f"when is {when!r}: {key} must say how much", key=True)
    if action == "queue" and target is None:
        yield rule.fault("missing key 'queue': which queue takes them?", key=True)
    target_node = rule.at("queue")
    if target_node is not None and action not in TO_QUEUES:
        yield target_node.fault(f"with action {action!r} items stay in line here", key=True)
    if target_node is not None and action == "queue" and target == name:
        yield target_node.fault("an item is in this queue already")


def _said(node: Node, key: str) -> str | None:
    found = node.at(key)
    return found.value if found is not None and isinstance(found.value, str) else None


def _ms(seconds: float) -> Ms:
    return round(seconds * 1000)
