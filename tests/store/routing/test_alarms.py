"""Alarms: time for what is neither item nor agent. They ring when they are due, and again until somebody is done."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis.strategies import integers, lists, none, sampled_from, tuples

from router.core import model
from router.core.events import AlarmRang, Event, StoreRebuilt
from router.core.model import State
from router.core.outcomes import Outcome
from tests.store.routing.centre import SETTINGS, Centre


async def ticked(centre: Centre, *, after_ms: int = 0) -> list[Event]:
    centre.clock[0] += after_ms
    return [written.event for written in (await centre.store.tick()).events]


async def test_an_alarm_rings_when_it_is_due_and_again_until_it_is_set_off(centre: Centre) -> None:
    await centre.store.set_alarm("case:1", centre.clock[0] + 100)
    assert await ticked(centre, after_ms=99) == []
    rang = AlarmRang(at=centre.clock[0] + 1, alarm="case:1")
    assert await ticked(centre, after_ms=1) == [rang]
    assert await ticked(centre, after_ms=9_999) == []
    assert [type(event) for event in await ticked(centre, after_ms=1)] == [AlarmRang]
    await centre.store.set_alarm("case:1", None)
    assert await ticked(centre, after_ms=100_000) == []
    assert await centre.store.alarms(["case:1"]) == {}


async def test_an_alarm_that_is_set_anew_rings_at_its_new_time_only(centre: Centre) -> None:
    now = centre.clock[0]
    await centre.store.set_alarm("case:1", now + 100)
    await centre.store.set_alarm("case:1", now + 200)
    assert await centre.store.alarms(["case:1", "case:2"]) == {"case:1": now + 200}
    assert await ticked(centre, after_ms=150) == []
    assert len(await ticked(centre, after_ms=50)) == 1


async def test_what_is_no_alarm_is_refused(centre: Centre) -> None:
    assert (await centre.store.set_alarm("no alarm", 1)).outcome is Outcome.BAD_REQUEST
    assert (await centre.store.set_alarm("case:1", -1)).outcome is Outcome.BAD_REQUEST


async def test_a_rebuilt_store_has_the_alarms_it_is_given(centre: Centre) -> None:
    await centre.store.set_alarm("case:old", centre.clock[0])
    await centre.store.rebuilding.begin("epoch-2", 10_000, SETTINGS)
    await centre.store.rebuilding.restore("epoch-2", alarms={"case:1": centre.clock[0] + 5, "case:2": centre.clock[0]})
    await centre.store.rebuilding.end("epoch-2")
    events = await ticked(centre, after_ms=5)
    assert [event.alarm for event in events if isinstance(event, AlarmRang)] == ["case:2", "case:1"]
    assert not [event for event in events if isinstance(event, StoreRebuilt)]


moves = lists(
    tuples(
        sampled_from(["set", "tick"]), integers(1, 3), none() | integers(-2, 2), sampled_from([0, 1, 9_999, 10_000])
    ),
    max_size=30,
)


@settings(max_examples=25)
@given(history=moves)
async def test_store_and_model_agree_on_alarms(centre: Centre, history: list[tuple[str, int, int | None, int]]) -> None:
    """Each history begins without any."""
    state = State(settings=SETTINGS)
    for number in (1, 2, 3):
        await centre.store.set_alarm(f"a{number}", None)
    for what, number, offset, wait_ms in history:
        centre.clock[0] += wait_ms
        now = centre.clock[0]
        state.events.clear()
        if what == "set":
            due = None if offset is None else now + offset
            assert (await centre.store.set_alarm(f"a{number}", due)).outcome is Outcome.OK
            model.set_alarm(state, now, f"a{number}", due)
        else:
            done = await centre.store.tick(2)
            reply = model.tick(state, now, 2)
            assert [written.event for written in done.events] == state.events
            assert (done.next_due_at or 0) == reply.fact
