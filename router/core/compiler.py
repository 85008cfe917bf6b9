"""From policy to data the store can match on: lanes, profiles, classes and eligibility.

Lanes and profiles are immutable and named by their content, so any node compiles the same demand to the same lane and
an old definition never changes under a waiting item. Whether a profile may serve a lane follows from the two
definitions alone; `eligible` here and in `store/functions/definitions.lua` are twins.
What may change under waiting items (ring time, wrap-up, grace …) is in `Settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import msgspec

from router.core.policy import Demand, Policy, Supply
from router.core.words import Channel, ChoiceModel, LaneId, Ms, ProfileId, Units

VISITED: Channel = "webchat"
"""The channel whose customers wait in an open page; nodes tell while it is connected."""
OFFLINE = "offline"
"""The status of an agent who is gone; it allows no channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One distinct demand. needs: (skill, least level), by skill."""

    queue: str
    channel: Channel
    weight: Units
    model: ChoiceModel
    needs: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One distinct supply. queues: in order, without repeats."""

    queues: tuple[str, ...]
    channels: Mapping[Channel, int]
    """How many items of each channel an agent holds at most; channels not served are absent."""
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    wrap_up_ms: Ms
    ring_ms: Mapping[Channel, Ms]
    ring_agents: int = 1
    """At how many agents an item rings at once; the first to accept has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the transitions need to know of the policy beside lanes and profiles; one set per shard."""

    statuses: Mapping[str, tuple[Channel, ...]]
    """The channels each presence status allows."""
    queues: Mapping[str, QueueSettings]
    sign_in_status: str
    missed_status: str
    grace_ms: Ms
    gone_boost_ms: Ms
    cooldown_ms: Ms
    ring_ms: Ms = 20_000
    """For a queue or channel not named in `queues`."""
    wrap_up_ms: Ms = 0
    """For a queue not named in `queues`."""
    visit_ms: Mapping[Channel, Ms] = field(default_factory=dict)
    """How long an item of the channel waits without a sign that its customer is still there; absent: for ever."""
    pacing: int = 1
    """How many offers ring at one agent at once."""


def class_of(lane: Lane) -> str:
    """Name what must be equal for the heads of two lanes to be comparable in one index."""
    return f"{lane.channel}:{lane.weight}:{lane.model}"


def eligible(lane: Lane, profile: Profile) -> bool:
    """Whether agents of the profile may ever be offered items of the lane."""
    return (
        lane.queue in profile.queues
        and lane.channel in profile.channels
        and all(profile.skills.get(skill, 0) >= level for skill, level in lane.needs)
    )


def lane_of(demand: Demand) -> Lane:
    """Compile a demand; of two levels asked of one skill the higher counts."""
    needs: dict[str, int] = {}
    for requirement in demand.requirements:
        needs[requirement.skill] = max(requirement.level, needs.get(requirement.skill, 0))
    return Lane(
        queue=demand.queue,
        channel=demand.channel,
        weight=demand.weight,
        model=demand.model,
        needs=tuple(sorted(needs.items())),
    )


def profile_of(supply: Supply) -> Profile:
    """Compile a supply; a channel of which the agent takes none is not served."""
    return Profile(
        queues=tuple(sorted(supply.queues)),
        channels={channel: most for channel, most in sorted(supply.at_most.items()) if most > 0},
        skills=dict(sorted(supply.skills.items())),
    )


def settings_of(policy: Policy) -> Settings:
    """Take from a policy what the transitions need."""
    return Settings(
        statuses={name: tuple(sorted(status.channels)) for name, status in policy.statuses.items()} | {OFFLINE: ()},
        queues={
            name: QueueSettings(
                wrap_up_ms=queue.wrap_up_ms,
                ring_ms={c: queue.ring_ms.get(c, rule.ring_ms) for c, rule in policy.channels.items()},
                ring_agents=queue.ring_agents,
            )
            for name, queue in policy.queues.items()
        },
        sign_in_status=policy.presence.sign_in_status,
        missed_status=policy.presence.missed_status,
        grace_ms=policy.presence.grace_ms,
        gone_boost_ms=policy.presence.gone_boost_ms,
        cooldown_ms=policy.offers.decline_cooldown_ms,
        visit_ms={VISITED: policy.presence.visitor_lease_ms + policy.presence.visitor_grace_ms},
        pacing=policy.offers.pacing,
    )


def lane_id(lane: Lane) -> LaneId:
    return LaneId(_digest(lane))


@lru_cache(maxsize=16_384)
def named_lane(demand: Demand) -> tuple[LaneId, Lane]:
    """Compile a demand, remembered: every item has one, and few differ."""
    lane = lane_of(demand)
    return lane_id(lane), lane


def profile_id(profile: Profile) -> ProfileId:
    return ProfileId(_digest(profile))


def _digest(definition: Lane | Profile) -> str:
    """64 bits of content hash: a clash among 100,000 definitions has a chance below one in three thousand million."""
    return blake2b(msgspec.json.encode(definition, order="deterministic"), digest_size=8).hexdigest()
