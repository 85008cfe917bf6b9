"""Dialogue files are read whole or refused with the place; what is said can be carried by a chat."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random

import pytest

from loadtest.dialogue import LONGEST_TEXT, OPENING, BadDialogues, Dialogue, Turn, read, sayable, staged
from loadtest.part import Part, client_id, turn_index


def line(**changes: object) -> str:
    record = {"id": "d1", "services": ["Trains_1"], "turns": [["customer", "Hello"], ["agent", "Hi"]]}
    return json.dumps({**record, **changes})


def test_plain_and_compressed_files_say_the_same(tmp_path: Path) -> None:
    text = "\n".join((line(), "", line(id="d2", services=[])))
    plain, packed = tmp_path / "d.jsonl", tmp_path / "d.jsonl.gz"
    plain.write_text(text, encoding="utf-8")
    packed.write_bytes(gzip.compress(text.encode()))
    assert read(plain) == read(packed)
    assert [dialogue.subjects for dialogue in read(plain)] == [("Trains_1",), ("general",)]


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        "null",
        line(turns=[["visitor", "Hello"]]),
        line(turns=[["customer"]]),
        line(turns=[["customer", 7]]),
        line(turns=None),
        line(services="Trains_1"),
        line(services=[1]),
        "[" * 5_000,
    ],
)
def test_a_bad_line_is_refused_with_its_place(tmp_path: Path, bad: str) -> None:
    file = tmp_path / "d.jsonl"
    file.write_text(f"{line()}\n{bad}\n", encoding="utf-8")
    with pytest.raises(BadDialogues, match=r"d\.jsonl:2"):
        read(file)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe", b"\x1f\x8b not gzip"])
def test_a_file_without_dialogues_is_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("d.jsonl", "d.jsonl.gz"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadDialogues):
            read(tmp_path / name)
    with pytest.raises(BadDialogues):
        read(tmp_path / "absent.jsonl")


def test_what_an_agent_begins_is_opened_by_the_customer() -> None:
    turns = sayable((Turn("agent", "Anybody there?"), Turn("customer", "Yes")))
    assert turns[0] == Turn("customer", OPENING)
    assert turns[1:] == (Turn("agent", "Anybody there?"), Turn("customer", "Yes"))
    assert sayable(()) == (Turn("customer", OPENING),)


def test_empty_turns_are_left_out_and_long_ones_said_in_several() -> None:
    turns = sayable((Turn("customer", "a" * (LONGEST_TEXT + 1)), Turn("agent", " \0\n"), Turn("agent", "b\0\ud800")))
    assert [len(turn.text) for turn in turns] == [LONGEST_TEXT, 1, 2]
    assert turns[2] == Turn("agent", "b?")


def test_every_staged_conversation_has_a_key_of_its_own() -> None:
    dialogues = tuple(Dialogue(key=str(n), subjects=("x",), turns=(Turn("customer", str(n)),)) for n in range(3))
    more = staged(dialogues, 7, "run", Random(1))
    assert len({dialogue.key for dialogue in more}) == 7
    fewer = staged(dialogues, 2, "run", Random(1))
    assert len({dialogue.turns for dialogue in fewer}) == 2


SCENE = Dialogue(
    key="k",
    subjects=("x",),
    turns=(Turn("customer", "1"), Turn("customer", "2"), Turn("agent", "3"), Turn("customer", "4")),
)


def test_a_turn_is_mine_once_all_before_it_are_known() -> None:
    part = Part(SCENE, "agent")
    assert part.mine is None
    part.said(1)
    assert part.mine is None
    part.said(0)
    assert part.mine == (2, SCENE.turns[2])
    part.said(2)
    assert part.mine is None
    assert not part.over
    part.said(3)
    assert part.over


def test_one_person_may_have_several_turns_in_a_row() -> None:
    part = Part(SCENE, "customer")
    assert part.mine == (0, SCENE.turns[0])
    part.said(0)
    assert part.mine == (1, SCENE.turns[1])


def test_a_message_tells_its_turn_by_its_client_id() -> None:
    assert turn_index(SCENE, client_id(SCENE, 3)) == 3
    for other in ("", "k", "k.4", "k.-1", "other.1", "k.x"):
        assert turn_index(SCENE, other) is None
