"""Bots: a folder of TOML files, taken together in the order of their names; [bot] stands in one of them.

Flows, answers and examples may be spread over files as one likes. The words and texts of the house, in five languages,
are in `bot_house.toml` of this package; a bot's own stand in their place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args

from msgspec import Meta, Struct, convert, field

from config.document import MOST_FILES, Node, read
from config.fault import ConfigInvalid, Fault, did_you_mean
from config.policy_shape import CompilesAsCondition, Language, Name, one_line
from config.shape import Names, Report, fill
from router.core.bot.definition import (
    Ask,
    Bot,
    Choice,
    Confirm,
    Consult,
    Flow,
    GiveOver,
    HouseText,
    Mailing,
    Reply,
    SlotKind,
    SpokenWords,
    Step,
    Tell,
    Undo,
    Word,
)
from router.core.bot.phrasing import names_in
from router.core.condition import compile_condition
from router.core.data_source import DataSource
from router.core.identity import Proof

DEMO = Path(__file__).with_name("demo") / "bot"
HOUSE = Path(__file__).with_name("bot_house.toml")
WORDS: tuple[Word, ...] = get_args(Word)
HOUSE_TEXTS: tuple[HouseText, ...] = get_args(HouseText)
CUSTOMER = ("name", "email", "phone")
STEPS = ("ask", "consult", "confirm", "say", "hand_over")

Text = Annotated[str, Meta(min_length=1, max_length=2_000)]
Said = dict[Language, Text]
Short = dict[Language, Annotated[str, one_line(80, "")]]
SlotName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}\Z", title="a name in small letters")]
Examples = dict[Language, tuple[Annotated[str, one_line(300, "")], ...]]


class MailShape(Struct, frozen=True, kw_only=True):
    """[bot.mail]: mails of accounts with this bot are answered, too; without it they are for people."""

    sure: Annotated[
        float, Meta(ge=0.5, le=1, description="Confidence from which a mail is answered; below it a person does.")
    ] = 0.9
    tasks: Annotated[bool, Meta(description="Tasks are done by mail, for senders who are proven well enough.")] = False
    queues: Annotated[tuple[Name, ...], Meta(description="Only mails that rules put into these; empty: all.")] = ()


class BotShape(Struct, frozen=True, kw_only=True):
    """[bot]: who answers first."""

    name: Annotated[Name, Meta(description='What accounts name it by: bot = "…".')]
    face: Annotated[str, one_line(60, "The name customers see; it says itself that it is a bot.")]
    languages: Annotated[
        tuple[Language, ...],
        Meta(min_length=1, description="It speaks; the first, when the customer's is not among them."),
    ]
    idle_s: Annotated[
        dict[Annotated[str, Meta(max_length=20)], Annotated[int, Meta(ge=30, le=604_800)]],
        Meta(description="After so long a silence of the customer it closes, by channel; `other` for the rest."),
    ] = field(default_factory=lambda: {"webchat": 900, "other": 86_400})
    texts: Annotated[
        dict[Language, dict[Annotated[str, Meta(max_length=40)], Text]],
        Meta(description="Its own words in place of the house's, by language."),
    ] = field(default_factory=dict)
    mail: MailShape | None = None
    follow_s: Annotated[
        int,
        Meta(
            ge=0,
            le=86_400,
            description="So long after the customer's last word a task goes on when they write on another channel;"
            " 0: never.",
        ),
    ] = 3_600


class ChoiceShape(Struct, frozen=True, kw_only=True):
    """[[flows.steps.choices]]: one that can be chosen."""

    value: Annotated[str, one_line(80, "What is kept, and told to data sources.")]
    label: Annotated[Short, Meta(description="What the customer reads, by language.")]


class UndoShape(Struct, frozen=True, kw_only=True):
    """[flows.steps.undo]: how what the step changed is taken back."""

    consult: Annotated[str, Names("data_sources"), Meta(description="The data source that does it.")]
    values: Annotated[dict[SlotName, Text], Meta(description="Its names, as in the step's.")] = field(
        default_factory=dict
    )


class StepShape(Struct, frozen=True, kw_only=True):
    """[[flows.steps]]: one of `ask`, `consult`, `confirm`, `say` and `hand_over`, and what belongs to it."""

    when: Annotated[
        str, CompilesAsCondition(), Meta(description="A condition over `details` (slots and facts) and `language`.")
    ] = ""
    ask: Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,40})?\Z", description="A slot to ask for.")] = ""
    kind: Annotated[SlotKind, Meta(description="ask: what may be said.")] = "text"
    prompt: Annotated[Said, Meta(description="ask: the question.")] = field(default_factory=dict)
    again: Annotated[Said, Meta(description="ask: when the answer cannot be used.")] = field(default_factory=dict)
    label: Annotated[Short, Meta(description="ask: what staff read before it.")] = field(default_factory=dict)
    known: Annotated[
        str, Meta(description="ask: what is known of the customer that answers it: name, email, phone.")
    ] = ""
    choices: Annotated[tuple[ChoiceShape, ...], Meta(description="ask, of kind choice.")] = ()
    rows: Annotated[str, Meta(description="ask, of kind row: the `into` of the step that fetched them.")] = ""
    show: Annotated[str, Meta(max_length=80, description="ask, of kind row: how each is shown, with its {facts}.")] = ""
    consult: Annotated[str, Names("data_sources", also=("",)), Meta(description="A data source to ask or tell.")] = ""
    values: Annotated[
        dict[SlotName, Text], Meta(description="consult: the source's names, each text with {slots} filled in.")
    ] = field(default_factory=dict)
    into: Annotated[
        str, Meta(pattern=r"^([a-z][a-z0-9_]{0,40})?\Z", description="consult: what its facts are called.")
    ] = ""
    missing: Annotated[Said, Meta(description="consult: said when there is no such thing.")] = field(
        default_factory=dict
    )
    refused: Annotated[
        dict[Annotated[str, Meta(max_length=64)], Said],
        Meta(description="consult: said when it is refused, by the source's word; `other` for the rest."),
    ] = field(default_factory=dict)
    ask_again: Annotated[tuple[str, ...], Meta(description="consult: slots that are asked anew after either.")] = ()
    undo: UndoShape | None = None
    most_a_day: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000,
            description="consult, of what changes something: so often a day for one customer, and with the same values;"
            " more is for a person. 0: as often as they like.",
        ),
    ] = 0
    confirm: Annotated[Said, Meta(description="Go on only after a yes to this.")] = field(default_factory=dict)
    say: Annotated[Said, Meta(description="Say this.")] = field(default_factory=dict)
    hand_over: Annotated[bool, Meta(description="To a person.")] = False


class FlowShape(Struct, frozen=True, kw_only=True):
    """[[flows]]: a task the bot does."""

    name: Annotated[Name, Meta(description="What rules see as `intent`.")]
    title: Annotated[Short, Meta(description="What people call it, by language.")]
    examples: Annotated[Examples, Meta(description="What customers say who want it, by language.")]
    steps: Annotated[tuple[StepShape, ...], Meta(min_length=1)]
    proof: Annotated[
        Proof,
        Meta(
            description="How well who wants it must be proven: `said` (anybody), `shown` (by a caller's number, a"
            " mail's sender), `channel` (the provider knows them), `signed` (signed in at the site)."
        ),
    ] = "said"


class ReplyShape(Struct, frozen=True, kw_only=True):
    """[[replies]]: a question with one answer."""

    name: Annotated[Name, Meta(description="What rules see as `intent`.")]
    title: Annotated[Short, Meta(description="What people call it, by language.")]
    examples: Annotated[Examples, Meta(description="How customers ask it, by language.")]
    text: Annotated[Said, Meta(description="The answer, by language.")]
    link: Annotated[str, Meta(max_length=300, description="Where more about it is.")] = ""


class BotFile(Struct, frozen=True, kw_only=True):
    """Keys at the top of a file."""

    bot: BotShape | None = None
    flows: tuple[FlowShape, ...] = ()
    replies: tuple[ReplyShape, ...] = ()


class HouseFile(Struct, frozen=True, kw_only=True):
    """bot_house.toml."""

    texts: dict[Language, dict[str, str]]
    words: dict[Language, dict[str, tuple[str, ...]]]
    nothing: dict[Language, tuple[str, ...]]
    spoken: dict[Language, SpokenWords]


def load_bot(folder: Path, sources: Mapping[str, DataSource]) -> Bot:
    """The bot of a folder. sources: what its flows may consult. Raises ConfigInvalid with every fault found."""
    files = sorted(folder.glob("*.toml"))[:MOST_FILES]
    report = Report(names={"data_sources": tuple(sources)})
    trees = [read(file) for file in files]
    shapes = [shape for tree in trees if (shape := fill(BotFile, tree, report)) is not None]
    heads = [shape.bot for shape in shapes if shape.bot is not None]
    if len(heads) != 1 and not report.faults:
        report.add(Fault(str(folder), 1, 1, f"one [bot] is needed, there are {len(heads)}"))
    languages = heads[0].languages if heads else ()
    for fault in (*_doubled(trees), *(fault for tree in trees for fault in _judged(tree, languages, sources))):
        report.add(fault)
    if report.faults:
        raise ConfigInvalid(sorted(report.faults))
    return _bot(heads[0], shapes, sources)


def unknown_queues(folder: Path, queues: Collection[str]) -> list[Fault]:
    """Faults for queues that [bot.mail] names and that are not among the policy's. Raises ConfigInvalid: no TOML."""
    named = (
        queue
        for file in sorted(folder.glob("*.toml"))[:MOST_FILES]
        for queue in read(file).elements("bot", "mail", "queues")
        if queue.value not in queues
    )
    return [
        each.fault(f"undefined queue {each.value!r} (the policy has none){did_you_mean(str(each.value), list(queues))}")
        for each in named
    ]


@cache
def house() -> HouseFile:
    """The words and texts that ship with the program."""
    return convert(tomllib.loads(HOUSE.read_text("utf-8")), HouseFile)


# ---------------------------------------------------------------- faults between values


def _doubled(trees: Iterable[Node]) -> Iterator[Fault]:
    seen: set[object] = set()
    for tree in trees:
        for entry in (*tree.elements("flows"), *tree.elements("replies")):
            name = entry.at("name")
            if name is not None and (name.value in seen or name.value == "nothing"):
                yield name.fault(f"{name.value!r} is there already")
            seen.add(name.value if name is not None else None)


def _judged(tree: Node, languages: Iterable[str], sources: Mapping[str, DataSource]) -> Iterator[Fault]:
    for language in languages:
        if language not in house().texts and (node := tree.at("bot", "languages")) is not None:
            yield node.fault(f"the house speaks no {language!r}{did_you_mean(language, list(house().texts))}")
    for language, texts in tree.items("bot", "texts"):
        for name, node in texts.items():
            if name not in HOUSE_TEXTS:
                yield node.fault(f"unknown text {name!r} in {language!r}{did_you_mean(name, HOUSE_TEXTS)}", key=True)
    for node in _texts(tree):
        missing = [language for language in languages if language not in node.children]
        if missing:
            yield node.fault(f"no text in {', '.join(missing)}", key=True)
    for entry in tree.elements("flows"):
        yield from _judged_flow(entry, sources)


def _texts(node: Node) -> Iterator[Node]:
    """Tables of texts by language, wherever they are."""
    for key, child in node.children.items():
        if key in ("title", "prompt", "again", "label", "missing", "confirm", "say", "text") and isinstance(
            child.value, dict
        ):
            yield child
        elif key == "refused":
            yield from (each for _, each in child.items() if isinstance(each.value, dict))
        elif key != "bot":
            yield from _texts(child)


def _judged_flow(entry: Node, sources: Mapping[str, DataSource]) -> Iterator[Fault]:
    """Each step is of one kind; what it names comes before it."""
    known: set[str] = set(CUSTOMER)
    slots: set[str] = set()
    for step in entry.elements("steps"):
        kinds = [kind for kind in STEPS if (node := step.at(kind)) is not None and node.value]
        if len(kinds) != 1:
            yield step.fault(f"a step is one of {', '.join(STEPS)}")
            continue
        yield from _unknown(step, known)
        if kinds == ["ask"]:
            slot = step.at("ask")
            slots.add(str(slot.value) if slot else "")
            yield from _judged_ask(step, known)
            known.add(str(slot.value) if slot else "")
        elif kinds == ["consult"]:
            yield from _judged_consult(step, slots, sources)
            if (into := step.at("into")) is not None:
                known.add(str(into.value))


def _unknown(step: Node, known: set[str]) -> Iterator[Fault]:
    """{names} that no step before fills."""
    of_row = step.at("kind")
    for key, child in step.children.items():
        if key in ("show", "when", "undo") or (key in ("kind",) and of_row is not None):
            continue
        for node in _leaves(child):
            for name in sorted(names_in(str(node.value)) - known):
                yield node.fault(f"nothing before this step is called {name!r}{did_you_mean(name, sorted(known))}")


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node.value, str):
        yield node
    for child in node.children.values():
        yield from _leaves(child)


def _judged_ask(step: Node, known: set[str]) -> Iterator[Fault]:
    kind = step.at("kind")
    of = kind.value if kind is not None else "text"
    for needed in ("prompt", "again", "label"):
        if step.at(needed) is None:
            yield step.fault(f"ask needs {needed}")
    if of == "choice" and not list(step.elements("choices")):
        yield step.fault("kind choice needs choices")
    if of == "row" and ((rows := step.at("rows")) is None or rows.value not in known):
        yield step.fault("kind row needs rows: the `into` of a step before")
    if (name := step.at("known")) is not None and name.value not in CUSTOMER:
        yield name.fault(f"known of customers are {', '.join(CUSTOMER)}")


def _judged_consult(step: Node, slots: set[str], sources: Mapping[str, DataSource]) -> Iterator[Fault]:
    key = step.at("consult")
    source = sources.get(str(key.value)) if key is not None else None
    given = {name for name, _ in step.items("values")}
    if source is not None and key is not None and given != source.needs:
        yield key.fault(f"this source is given {', '.join(sorted(source.needs)) or 'nothing'}")
    if source is not None and source.reads and (undo := step.at("undo")) is not None:
        yield undo.fault("what changes nothing needs no undo", key=True)
    if source is not None and source.reads and (most := step.at("most_a_day")) is not None:
        yield most.fault("what changes nothing has no bound a day", key=True)
    for node in step.elements("ask_again"):
        if node.value not in slots:
            yield node.fault(f"no step before asks for {node.value!r}")


# ---------------------------------------------------------------- built


def _bot(head: BotShape, shapes: Iterable[BotFile], sources: Mapping[str, DataSource]) -> Bot:
    shapes = list(shapes)
    flows = [_flow(each, sources) for shape in shapes for each in shape.flows]
    replies = [Reply(**_plain(each)) for shape in shapes for each in shape.replies]
    idle_ms = {("" if name == "other" else name): seconds * 1_000 for name, seconds in head.idle_s.items()}
    known = house()
    return Bot(
        name=head.name,
        face=head.face,
        languages=head.languages,
        flows={each.name: each for each in flows},
        replies={each.name: each for each in replies},
        idle_ms={"": 86_400_000, **idle_ms},
        nothing={name: known.nothing[name] for name in head.languages},
        words={name: {word: known.words[name][word] for word in WORDS} for name in head.languages},
        texts={
            name: {text: head.texts.get(name, {}).get(text) or known.texts[name][text] for text in HOUSE_TEXTS}
            for name in head.languages
        },
        follow_ms=head.follow_s * 1_000,
        spoken={name: known.spoken[name] for name in head.languages},
        mailing=Mailing(**_plain(head.mail)) if head.mail is not None else None,
    )


def _plain(shape: Struct) -> dict[str, Any]:
    return {name: getattr(shape, name) for name in shape.__struct_fields__}


def _flow(shape: FlowShape, sources: Mapping[str, DataSource]) -> Flow:
    return Flow(
        name=shape.name,
        title=shape.title,
        examples=shape.examples,
        steps=tuple(_step(each, sources) for each in shape.steps),
        proof=shape.proof,
    )


def _step(shape: StepShape, sources: Mapping[str, DataSource]) -> Step:
    when = compile_condition(shape.when) if shape.when else None
    if shape.ask:
        return Ask(
            slot=shape.ask,
            kind=shape.kind,
            prompt=shape.prompt,
            again=shape.again,
            label=shape.label,
            known=shape.known,
            choices=tuple(Choice(value=each.value, label=each.label) for each in shape.choices),
            rows=shape.rows,
            show=shape.show,
            when=when,
        )
    if shape.consult:
        return Consult(
            source=shape.consult,
            values=shape.values,
            into=shape.into,
            changes=not sources[shape.consult].reads,
            missing=shape.missing,
            refused={("" if word == "other" else word): texts for word, texts in shape.refused.items()},
            ask_again=shape.ask_again,
            undo=Undo(source=shape.undo.consult, values=shape.undo.values) if shape.undo else None,
            most_a_day=shape.most_a_day,
            when=when,
        )
    if shape.confirm:
        return Confirm(text=shape.confirm, when=when)
    return Tell(text=shape.say, when=when) if shape.say else GiveOver(when=when)
