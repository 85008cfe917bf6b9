"""What came of it, as JSON, and whether it was right: everything a test asserts is read from here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tests.simulators.twilio.conference import Room
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.leg import Leg
from tests.simulators.twilio.webhook import Delivery


def state(exchange: Exchange, *, contract: str, rest_requests: int) -> dict[str, Any]:
    return {
        "wall_s": exchange.clock.wall_s(),
        "speed": exchange.clock.speed,
        "contract": contract,
        "rest_requests": rest_requests,
        "faults": dict(exchange.dice.struck),
        "calls": [call(exchange, leg) for leg in exchange.legs.values()],
        "conferences": [conference(room) for room in exchange.rooms.values()],
        "recordings": [
            {
                "sid": each.sid,
                "source": each.source,
                "status": each.status,
                "call_sid": each.leg.sid if each.leg else None,
                "conference_sid": each.room.sid if each.room else None,
                "duration_s": each.duration_s,
            }
            for each in exchange.recordings.values()
        ],
        "messages": [
            {
                "sid": each.sid,
                "from": each.from_,
                "to": each.to,
                "body": each.body,
                "direction": each.direction,
                "status": each.status,
                "statuses": each.statuses,
                "error_code": each.error_code,
                "media": [
                    {"sid": one.sid, "media_type": one.media_type, "bytes": len(one.content)}
                    for one in each.attachments
                ],
            }
            for each in exchange.messages.values()
        ],
        "webhooks": webhooks(exchange),
        "overlaps": overlaps(exchange),
        **exchange.alerts.report(),
    }


def call(exchange: Exchange, leg: Leg) -> dict[str, Any]:
    return {
        "sid": leg.sid,
        "from": leg.from_,
        "to": leg.to,
        "direction": leg.direction,
        "parent": leg.parent.sid if leg.parent else None,
        "status": leg.status,
        "talked_phone_s": round(leg.talked_phone_s, 2),
        "moments": [asdict(each) for each in leg.moments],
        "hears": {"sound": leg.ear.sound.value, "of": list(leg.ear.of)},
        "heard": leg.ear.report(),
        "quiet": [asdict(each) for each in leg.ear.quiets()],
    }


def conference(room: Room) -> dict[str, Any]:
    return {
        "sid": room.sid,
        "name": room.name,
        "status": room.status,
        "reason_ended": room.reason_ended,
        "hears": {
            seat.leg.sid: {"sound": seat.leg.ear.sound.value, "of": list(seat.leg.ear.of)} for seat in room.present
        },
        "history": room.history,
    }


def webhooks(exchange: Exchange) -> dict[str, Any]:
    """Latencies in ms, of those that were answered."""
    made: Sequence[Delivery] = exchange.webhooks.deliveries
    times = sorted(each.latency_ms for each in made if each.status)
    return {
        "count": len(made),
        "lost": exchange.webhooks.lost,
        "under_way": exchange.webhooks.under_way,
        "statuses": {str(status): count for status, count in Counter(each.status for each in made).items()},
        "latency_ms": {"p50": _share(times, 0.5), "p99": _share(times, 0.99), "most": _share(times, 1.0)},
    }


def _share(ordered: Sequence[float], share: float) -> float | None:
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1) if ordered else None


def overlaps(exchange: Exchange) -> dict[str, float]:
    """How long each browser had more than one call, ringing or talking: wall seconds in all; none: never."""
    moments: list[tuple[float, int, str]] = []
    for leg in exchange.legs.values():
        if leg.to.startswith("client:"):
            ended_s = leg.moments[-1].at_s if leg.over else exchange.clock.wall_s()
            moments += [(leg.moments[0].at_s, 1, leg.to), (ended_s, -1, leg.to)]
    now, since, found = Counter[str](), dict[str, float](), Counter[str]()
    for at_s, change, address in sorted(moments):
        if now[address] > 1:
            found[address] += at_s - since[address]  # type: ignore[assignment]  # a sum of seconds
        now[address] += change
        since[address] = at_s
    return {address: float(seconds) for address, seconds in found.items()}


def problems(
    exchange: Exchange,
    *,
    longest_quiet_s: float,
    longest_overlap_s: float = 0.0,
    unheard: frozenset[str] = frozenset(),
) -> list[str]:
    """What must not be, in words. Times are of the wall's: so long may a customer hear nothing, so long may a browser
    have two calls. unheard: addresses whose silence does not count, beside browsers."""
    found = [f"{each.code} {each.text} ({each.about})" for each in exchange.alerts.violations]
    found += [f"{leg.sid} is still {leg.status}" for leg in exchange.legs.values() if not leg.over]
    found += [f"{room.sid} is still {room.status}" for room in exchange.rooms.values() if room.status != "completed"]
    for leg in exchange.legs.values():
        if leg.to.startswith("client:") or leg.to in unheard:
            continue
        for quiet in leg.ear.quiets():
            if quiet.wall_s > longest_quiet_s:
                found.append(f"{leg.sid} heard nothing for {quiet.wall_s:.2f} s: {', '.join(quiet.causes)}")
    found += [
        f"{address} had more than one call for {wall_s:.2f} s"
        for address, wall_s in overlaps(exchange).items()
        if wall_s > longest_overlap_s
    ]
    return found
