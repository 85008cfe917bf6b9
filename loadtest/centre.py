"""A made-up centre for the dialogues of a run: queues and skills for their subjects, and agents who differ.

Each first subject is a department with its own queue and asked skill; each further subject of a dialogue adds the
skill of its name. Every combination that occurs is dealt to two agents at least, so nothing is unservable; beyond that
skills are scattered by chance, some at levels that do not suffice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from loadtest.dialogue import Dialogue
from loadtest.toml import section, toml_value

ACCOUNT = "demo"
PASSWORD = "only-for-simulated-people"
COOLDOWN_S = 2.0
SERVICE_LEVEL_S = 5.0
RING_S = 3.0
ENOUGH = 5
"""No queue asks for more than this level, and whoever is dealt a subject has it."""
COPIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    agent_id: str
    email: str
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """names: of subjects, as queues and skills are called. levels: asked by each queue of its own skill."""

    names: Mapping[str, str]
    departments: tuple[str, ...]
    levels: Mapping[str, int]
    staff: tuple[Person, ...]


def plan(dialogues: Iterable[Dialogue], agents: int, seed: int) -> Centre:
    """A centre that can serve every one of the dialogues. The same arguments give the same centre."""
    chance = Random(seed)
    combinations = [subjects for subjects, _ in Counter(dialogue.subjects for dialogue in dialogues).most_common()]
    subjects = sorted({subject for combination in combinations for subject in combination})
    names = {subject: _name(number, subject) for number, subject in enumerate(subjects)}
    departments = tuple(sorted({names[combination[0]] for combination in combinations}))
    return Centre(
        names=names,
        departments=departments,
        levels={name: chance.randint(1, ENOUGH) for name in departments},
        staff=tuple(
            Person(agent_id=f"agent-{number}", email=f"agent-{number}@replay.example", skills=skills)
            for number, skills in enumerate(_deal(combinations, names, agents, chance))
        ),
    )


def write(centre: Centre, folder: Path) -> None:
    """The centre as configuration: `policy/`, `staff.toml` and `accounts.toml` in `folder`."""
    (folder / "policy").mkdir(parents=True)
    (folder / "policy" / "centre.toml").write_text(_policy(centre), encoding="utf-8")
    (folder / "staff.toml").write_text(_staff(centre), encoding="utf-8")
    (folder / "accounts.toml").write_text(_accounts(centre), encoding="utf-8")


def _name(number: int, subject: str) -> str:
    """The subject as a name of the policy, kept apart from others that would look the same."""
    return f"s{number}-" + re.sub(r"[^A-Za-z0-9_.:-]+", "-", subject)[:40]


def _deal(
    combinations: list[tuple[str, ...]], names: Mapping[str, str], agents: int, chance: Random
) -> list[dict[str, int]]:
    hands: list[dict[str, int]] = [{} for _ in range(agents)]
    rounds = max(COPIES * len(combinations), agents)
    for number in range(rounds):
        hand = hands[number % agents]
        for subject in combinations[number // COPIES % len(combinations)]:  # its copies go to neighbours
            hand[names[subject]] = chance.randint(ENOUGH, 10)
    every = sorted(names.values())
    for hand in hands:
        for extra in chance.sample(every, min(2, len(every))):
            hand.setdefault(extra, chance.randint(1, 10))
    return hands


def _policy(centre: Centre) -> str:
    queues = (
        section(
            f"[queues.{toml_value(name)}]",
            label=name,
            model="least_loaded" if number % 3 == 0 else "longest_idle",
            requires={name: centre.levels[name]},
            weights={"webchat": 50} if number % 4 == 1 else {},
            wrap_up_s=30,
            service_level_s=SERVICE_LEVEL_S,
        )
        for number, name in enumerate(centre.departments)
    )
    further = (
        section(
            "[[rules]]",
            name=f"also {name}",
            when=f"page_url.contains({toml_value(f'also={name}')})",
            requires={name: 1},
        )
        for name in centre.names.values()
    )
    chosen = (
        section("[[rules]]", name=name, when=f"department == {toml_value(name)}", queue=name)
        for name in centre.departments
    )
    return "\n".join(
        (
            f"skills = {toml_value(list(centre.names.values()))}\n",
            section("[offers]", decline_cooldown_s=COOLDOWN_S),
            section("[channels.webchat]", weight=25, at_most=4, ring_s=RING_S),
            *queues,
            *further,
            *chosen,
        )
    )


def _staff(centre: Centre) -> str:
    people = (
        section(
            "[[staff]]",
            id=person.agent_id,
            name=person.agent_id.title(),
            email=person.email,
            team="Replay",
            skills=dict(person.skills),
            queues=[name for name in person.skills if name in centre.departments],
        )
        for person in centre.staff
    )
    passwords = dict.fromkeys(("agent", "supervisor", "admin"), PASSWORD)
    return "\n".join((section("[passwords]", **passwords), *people))


def _accounts(centre: Centre) -> str:
    return "\n".join(
        (
            section(
                "[[accounts]]",
                key=ACCOUNT,
                allowed_origins=["http://127.0.0.1:*", "http://localhost:*"],
                languages=["en"],
                departments=list(centre.departments),
            ),
            section("[accounts.texts.en]", title="Replay", welcome="Hello."),
            section("[accounts.texts.en.departments]", **{name: name for name in centre.departments}),
        )
    )
