"""Conditions on an agent hold in the store just when they hold in Python."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.agent_condition import AgentCondition, Operator, Value, constant, holds, normal
from router.store import library
from router.store.connection import Connection

OPERATORS: tuple[Operator, ...] = ("==", "!=", "<", "<=", ">", ">=", "in", "not_in", "has", "contains")
CHANNELS = ("voice", "webchat", "email")
PATHS = ("a", "b", "c.d")

scalars = st.sampled_from([None, True, False, 0, 1, -1, 2.5, 50, 100, "", "a", "ab", "b", "B", "é", "1", "z\U0001f600"])
values = st.one_of(scalars, st.lists(scalars, max_size=3), st.just({"x": 1}))
operands = st.one_of(
    values.map(constant),
    st.sampled_from(PATHS).map(lambda path: ("attr", path)),
    st.tuples(st.sampled_from(["assigned", "capacity", "percent"]), st.sampled_from(CHANNELS)),
    st.just(("percent", "voice", "email")),
)
comparisons = st.tuples(st.sampled_from(OPERATORS), operands, operands)
conditions: st.SearchStrategy[AgentCondition] = st.recursive(
    st.one_of(comparisons, st.sampled_from([("true",), ("false",)])),
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    max_leaves=4,
)
attributes = st.dictionaries(st.sampled_from(PATHS), values.map(normal).filter(lambda value: value is not None))
numbers = st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 3))
PROBE = """
redis.register_function('usher_probe', function(keys, args)
  local reply = {}
  for i = 1, #args do
    local probe = cmsgpack.unpack(args[i])
    reply[i] = holds(probe[1], probe[2], probe[3], probe[4]) and 1 or 0
  end
  return reply
end)
"""


@settings(max_examples=30)
@given(probes=st.lists(st.tuples(conditions, attributes, numbers, numbers), min_size=30, max_size=60))
async def test_store_and_python_agree_on_every_condition(
    valkey_url: str, probes: list[tuple[AgentCondition, dict[str, Value], dict[str, int], dict[str, int]]]
) -> None:
    async with await Connection.open(valkey_url) as connection:
        await library.load(connection, library.assembled({**library.sources(), "probe.lua": PROBE}))
        found = await connection.call("FCALL", "usher_probe", 1, "{main}:", *map(msgspec.msgpack.encode, probes))
        assert [bool(one) for one in found] == [holds(*probe) for probe in probes]
