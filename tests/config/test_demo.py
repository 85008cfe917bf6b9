"""The demo centre is whole: everyone can work, every customer can be served, every dialogue can be played."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import accounts, dialogues, policy, staff
from config.fault import ConfigInvalid
from config.policy_check import check_report
from router.core.policy import Demand, Policy, Supply
from router.core.rules import compile_rules, route

CENTRE = policy.load(policy.DEMO)
STAFF = staff.load_staff(staff.DEMO, CENTRE)
ACCOUNT = accounts.load_accounts(accounts.DEMO, CENTRE)["demo"]
DIALOGUES = dialogues.dialogues()


def serves(supply: Supply, demand: Demand) -> bool:
    return (
        demand.queue in supply.queues
        and supply.at_most.get(demand.channel, 0) > 0
        and demand.weight <= supply.limit
        and all(supply.skills.get(need.skill, 0) >= need.level for need in demand.requirements)
    )


def test_the_demo_centre_has_people_of_every_role() -> None:
    roles = [person.role for person in STAFF]
    assert (roles.count("agent"), roles.count("supervisor"), roles.count("admin")) == (14, 2, 1)
    assert all(person.email.endswith("@larkspur.example") for person in STAFF)
    assert len({person.password for person in STAFF}) == 3


@pytest.mark.parametrize("language", ACCOUNT.languages)
@pytest.mark.parametrize("department", [*ACCOUNT.departments, "vip"])
@pytest.mark.parametrize("channel", ["webchat", "voice", "email"])
def test_every_department_can_be_served_in_every_language(department: str, language: str, channel: str) -> None:
    attributes: dict[str, object] = {"channel": channel, "department": department, "language": language}
    if department == "vip":
        attributes["customer"] = {"circle": True}
    outcome = route(compile_rules(CENTRE), attributes)
    assert outcome.demand.queue == department
    assert outcome.problems == ()
    assert any(serves(person.supply, outcome.demand) for person in STAFF), outcome.demand


def test_every_queue_is_reached_by_a_rule_and_staffed_by_two() -> None:
    ruled = {rule.queue for rule in CENTRE.rules}
    assert ruled - {""} == set(CENTRE.queues)
    for queue in CENTRE.queues:
        assert sum(queue in person.queues for person in STAFF) >= 2, queue


@pytest.mark.parametrize(
    ("attributes", "rule"),
    [
        ({"text": "My mug came broken"}, "Writes about a return"),
        ({"text": "where is my INVOICE"}, "Writes about a bill"),
        ({"page_url": "https://shop.larkspur.example/products/7"}, "Reads about a product"),
        ({"channel": "email", "subject": "A disgrace"}, "Angry letters"),
        ({"text": "hello"}, None),
    ],
)
def test_what_a_customer_writes_finds_its_queue(attributes: dict[str, object], rule: str | None) -> None:
    assert route(compile_rules(CENTRE), {"channel": "webchat", **attributes}).rule == rule


def test_a_person_serves_the_channels_of_the_policy_but_those_set_to_none() -> None:
    ingrid = next(person for person in STAFF if person.id == "ingrid")
    assert "voice" not in ingrid.at_most
    assert ingrid.at_most["webchat"] == CENTRE.channels["webchat"].at_most
    farid = next(person for person in STAFF if person.id == "farid")
    assert (farid.limit, farid.at_most["webchat"]) == (75, 3)


def test_there_is_a_dialogue_for_every_department_and_language() -> None:
    assert len(DIALOGUES) >= 36
    assert {dialogue.department for dialogue in DIALOGUES} == set(ACCOUNT.departments)
    assert {dialogue.language for dialogue in DIALOGUES} == set(ACCOUNT.languages)
    assert len({dialogue.id for dialogue in DIALOGUES}) == len(DIALOGUES)
    assert len({dialogue.customer for dialogue in DIALOGUES}) == len(DIALOGUES)


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.id)
def test_a_dialogue_can_be_played(dialogue: dialogues.Dialogue) -> None:
    """With an agent, or by a customer alone with the bot."""
    speakers = {turn.speaker for turn in dialogue.turns}
    assert len(dialogue.turns) in (range(6, 17) if "agent" in speakers else range(2, 6))
    assert dialogue.turns[0].speaker == "customer"
    assert speakers <= {"customer", "agent"}
    for turn in dialogue.turns:
        assert 1 < turn.typing_s <= 15
        assert len(turn.text) <= 300
        letters = "".join(re.findall(r"[^\W\d_]", turn.text))
        foreign = {"ru": r"[а-яё]", "el": r"[α-ωάέήίόύώϊΐϋΰ]"}.get(dialogue.language)
        if foreign and len(letters) > 6:
            assert re.search(foreign, turn.text.lower())


def test_a_dialogue_that_is_not_turns_is_refused_in_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(
        "[[dialogues]]\nid = 'a'\nlanguage = 'en'\ndepartment = 'sales'\ncustomer = 'C'\n"
        "turns = '''\ncustomer: hi\nhello\nagent:\n'''\n"
    )
    with pytest.raises(ConfigInvalid) as invalid:
        dialogues.dialogues(tmp_path)
    assert [(fault.line, fault.column) for fault in invalid.value.faults] == [(8, 1), (9, 1)]


def staff_file(folder: Path, *people: str) -> Path:
    file = folder / "staff.toml"
    head = '[passwords]\nagent = "12345678"\nsupervisor = "12345678"\nadmin = "12345678"\n'
    file.write_text(head + "".join(f"[[staff]]\n{person}\n" for person in people))
    return file


def test_staff_with_undefined_skills_or_queues_or_doubled_addresses_are_refused(tmp_path: Path) -> None:
    one = 'id = "a"\nname = "A"\nteam = "T"\nemail = "a@b.example"\nskills = { garden = 1 }\nqueues = ["sale"]'
    two = 'id = "b"\nname = "B"\nteam = "T"\nemail = "A@b.example"\nrole = "boss"'
    with pytest.raises(ConfigInvalid) as invalid:
        staff.load_staff(staff_file(tmp_path, one, two), CENTRE)
    assert [(fault.line, fault.column) for fault in invalid.value.faults] == [(10, 12), (11, 11), (16, 9), (17, 8)]


def test_the_texts_of_the_account_come_in_the_language_asked_for_or_its_own() -> None:
    assert ACCOUNT.texts_for("pl").departments["returns"] == "Zwrot lub reklamacja"
    assert ACCOUNT.texts_for("fi") is ACCOUNT.texts["en"]


def test_the_policy_of_the_demo_is_checked_like_any_other() -> None:
    assert check_report(policy.DEMO) == {"ok": True, "errors": []}
    assert isinstance(CENTRE, Policy)
