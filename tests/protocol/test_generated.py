"""The protocol's documents say what the definitions say."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest

from router.protocol import asyncapi, customer, errors, frames, generate, staff

ROUTER = Path(generate.__file__).parents[1]
UNIONS = (staff.StaffIn, staff.StaffEvent, customer.CustomerIn, customer.CustomerEvent, frames.ServerControl)


def test_generated_files_are_fresh() -> None:
    assert generate.main(["--check"]) == 0


def test_the_asyncapi_document_names_every_message_and_every_code() -> None:
    document = asyncapi.document("1")
    messages = document["components"]["messages"]
    for union in UNIONS:
        for struct in get_args(union):
            assert messages[struct.__name__]["name"] == struct.__struct_config__.tag
            assert struct.__name__ in document["components"]["schemas"]
    for code in (*errors.CODES, *errors.CLOSE_CODES):
        assert str(code) in document["info"]["description"]


@pytest.mark.parametrize("union", UNIONS)
def test_no_two_messages_of_a_direction_have_one_name(union: object) -> None:
    assert len(frames.tags(union)) == len(get_args(union))


def test_every_code_the_router_raises_is_public() -> None:
    raised = {name.__name__ for name in errors.UsherError.__subclasses__()}
    for path in ROUTER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in raised and node.args:
                code = node.args[0]
                assert not isinstance(code, ast.Constant) or code.value in errors.CODES, (path, code.value)


def test_every_result_travels() -> None:
    for struct in get_args(frames.AnyResult):
        assert struct.__struct_config__.tag
