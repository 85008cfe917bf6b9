"""Obstacles in words: what lasts is just what makes a lane and a profile not eligible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from router.core.compiler import Lane, Profile, eligible
from router.core.model.obstacles import lasting_obstacles

LEVELS = st.sampled_from([0, 1, 4, 5])
LANES = st.builds(
    lambda queue, channel, level: Lane(
        queue=queue,
        channel=channel,
        weight=25,
        model="longest_idle",
        needs=((("pl", level),), (("en", 1), ("pl", 1))) if level else ((),),
        backup=level == 4,
    ),
    st.sampled_from(["sales", "help"]),
    st.sampled_from(["webchat", "voice"]),
    LEVELS,
)
PROFILES = st.builds(
    lambda queues, channels, level: Profile(
        queues=tuple(sorted(queues)),
        backup=() if "help" in queues else ("help",),
        channels=dict.fromkeys(channels, 1),
        skills={"pl": level, "en": 1} if level else {},
    ),
    st.sets(st.sampled_from(["sales", "help"])),
    st.sets(st.sampled_from(["webchat", "voice"])),
    LEVELS,
)


@given(lane=LANES, profile=PROFILES)
def test_a_lane_has_no_lasting_obstacle_for_a_profile_when_it_is_eligible(lane: Lane, profile: Profile) -> None:
    assert (not list(lasting_obstacles(lane, profile))) == eligible(lane, profile)


@given(level=LEVELS, asked=st.sampled_from([1, 4, 5]))
def test_a_missing_level_is_told_with_what_is_asked_and_what_is_there(level: int, asked: int) -> None:
    lane = Lane(queue="help", channel="webchat", weight=25, model="longest_idle", needs=((("pl", asked),),))
    profile = Profile(queues=("help",), channels={"webchat": 1}, skills={"pl": level} if level else {})
    told = [(one.code, one.about, one.needs, one.has) for one in lasting_obstacles(lane, profile)]
    assert told == ([("skill", "pl", asked, level)] if level < asked else [])
