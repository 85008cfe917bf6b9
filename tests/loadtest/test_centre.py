"""A made-up centre can serve every dialogue it was made for, and is valid configuration."""

from __future__ import annotations

from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from config.accounts import load_accounts
from config.policy import load
from config.staff import load_staff
from loadtest import push_centre
from loadtest.centre import ACCOUNT, plan, write
from loadtest.dialogue import Dialogue, Turn
from loadtest.stage import page_url
from router.core.rules import compile_rules, route

SUBJECTS = ["Flights_3", "Flights 3", "Αθήνα", "a" * 100, 'quo"te', "b=c&d"]
dialogues = st.lists(
    st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=3, unique=True).map(
        lambda subjects: Dialogue(key="k", subjects=tuple(subjects), turns=(Turn("customer", "Hello"),))
    ),
    min_size=1,
    max_size=12,
)


@given(dialogues, st.integers(2, 6), st.integers(0, 3))
def test_every_dialogue_has_two_agents_who_can_serve_it(found: list[Dialogue], agents: int, seed: int) -> None:
    centre = plan(found, agents, seed)
    assert len(centre.staff) == agents
    for dialogue in found:
        names = [centre.names[subject] for subject in dialogue.subjects]
        able = [
            person
            for person in centre.staff
            if all(person.skills.get(name, 0) >= centre.levels.get(name, 1) for name in names)
        ]
        assert len(able) >= 2, (dialogue.subjects, centre.staff)


@settings(max_examples=15)
@given(dialogues, st.integers(1, 5))
def test_its_configuration_is_valid_and_routes_every_dialogue_to_its_department(
    tmp_path_factory: object, found: list[Dialogue], agents: int
) -> None:
    centre = plan(found, agents, 1)
    folder = Path(tmp_path_factory.mktemp("centre"))  # type: ignore[attr-defined]
    write(centre, folder / "c")
    policy = load(folder / "c" / "policy")
    assert len(load_staff(folder / "c" / "staff.toml", policy)) == agents
    assert set(load_accounts(folder / "c" / "accounts.toml", policy)) == {ACCOUNT}
    rules = compile_rules(policy)
    for dialogue in found:
        named = Dialogue(key="k", subjects=tuple(centre.names[s] for s in dialogue.subjects), turns=dialogue.turns)
        attributes = {"channel": "webchat", "department": named.subjects[0], "page_url": page_url(named)}
        routed = route(rules, attributes)
        assert routed.demand.queue == named.subjects[0]
        assert {requirement.skill for requirement in routed.demand.requirements} == set(named.subjects)


def test_the_same_seed_makes_the_same_centre() -> None:
    found = [Dialogue(key=str(n), subjects=(Random(n).choice(SUBJECTS),), turns=()) for n in range(20)]
    assert plan(found, 9, 5) == plan(found, 9, 5)
    assert plan(found, 9, 5) != plan(found, 9, 6)


def test_the_push_centre_is_valid(tmp_path: Path) -> None:
    push_centre.write(30, tmp_path / "c")
    policy = load(tmp_path / "c" / "policy")
    assert len(load_staff(tmp_path / "c" / "staff.toml", policy)) == 30
    assert set(load_accounts(tmp_path / "c" / "accounts.toml", policy)) == {push_centre.ACCOUNT}
