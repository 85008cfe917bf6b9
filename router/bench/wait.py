"""`usher bench wait`: how wrong the expected wait is, beside naive ways to tell it. Pure: simulated or recorded days.

Each customer who finds nobody free is told a wait on arrival; what they then waited is compared. Those who leave are
told too, and not compared: nobody knows how long they would have waited.
"""

from __future__ import annotations

import csv
import heapq
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log, pi, sin, sqrt
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from router.core.expected_wait import ExpectedWait, Pace, expected_wait
from router.core.words import Ms

DAY_S = 86_400
HOURS = 10
SWING = 0.2
"""Arrivals rise above and fall below their mean by this share within a day."""
WAITS_KEPT = 50


class Call(NamedTuple):
    """In seconds; the queue it waited in. All calls of a case are served by the same people."""

    arrived: float
    answered: float
    ended: float
    queue: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """load: offered work per agent on average. staff: (from this hour of the day, agents). judged: whose waits."""

    name: str
    load: float
    handle_s: Callable[[random.Random], float]
    mean_handle_s: float
    staff: tuple[tuple[float, int], ...]
    days: int
    patience_s: float | None = None
    queues: Mapping[str, float] | None = None
    """Share of the arrivals by queue; all are served in the order they came."""
    judged: str = "main"


def exponential(mean_s: float) -> Callable[[random.Random], float]:
    return lambda rng: rng.expovariate(1 / mean_s)


def lognormal(median_s: float, mean_s: float) -> Callable[[random.Random], float]:
    spread = sqrt(2 * log(mean_s / median_s))
    return lambda rng: rng.lognormvariate(log(median_s), spread)


BANK = {"handle_s": lognormal(111, 185), "mean_handle_s": 185.0}
"""Service times of a real bank's call centre: docs/benchmarks/theory.md."""
CASES = (
    Case(name="M/M/6, load 0.8", load=0.8, handle_s=exponential(180), mean_handle_s=180, staff=((0, 6),), days=10),
    Case(name="M/M/10, load 0.95", load=0.95, handle_s=exponential(180), mean_handle_s=180, staff=((0, 10),), days=5),
    Case(name="M/M/50, load 1", load=1, handle_s=exponential(240), mean_handle_s=240, staff=((0, 50),), days=2),
    Case(name="lognormal, 30 agents, load 1", load=1, staff=((0, 30),), days=3, **BANK),  # type: ignore[arg-type]
    Case(
        name="lognormal, 20, 12, 24, 16 agents",
        load=0.95,
        staff=((0, 20), (3, 12), (5, 24), (8, 16)),
        days=4,
        **BANK,  # type: ignore[arg-type]
    ),
    Case(name="impatient, 20 agents, load 1.1", load=1.1, staff=((0, 20),), days=4, patience_s=406, **BANK),  # type: ignore[arg-type]
    Case(
        name="a fifth of 20 agents' work",
        load=1,
        handle_s=exponential(180),
        mean_handle_s=180,
        staff=((0, 20),),
        days=4,
        queues={"main": 0.2, "other": 0.8},
    ),
)


# ---------------------------------------------------------------- days


def simulated(case: Case, rng: random.Random) -> list[Call]:
    """First come, first served; calls of customers who left are not among them."""
    return [call for day in range(case.days) for call in _day(case, rng, day * DAY_S)]


def _arrivals(case: Case, rng: random.Random) -> Iterator[tuple[float, str]]:
    mean_rate = case.load * case.staff[0][1] / case.mean_handle_s
    names, shares = zip(*(case.queues or {"main": 1.0}).items(), strict=True)
    now = 0.0
    while (now := now + rng.expovariate(mean_rate * (1 + SWING))) < HOURS * 3600:
        wave = 1 + SWING * sin(2 * pi * now / (HOURS * 3600))
        if rng.random() < wave / (1 + SWING):
            yield now, rng.choices(names, shares)[0]


def _day(case: Case, rng: random.Random, begins: float) -> Iterator[Call]:
    shifts = [(hour * 3600, agents) for hour, agents in case.staff]
    coming = deque(
        heapq.merge(_arrivals(case, rng), ((at, "") for at, _ in shifts), key=lambda entry: entry[0])
    )  # "": agents come or go
    waiting: deque[tuple[float, float, str]] = deque()
    ends: list[float] = []
    while coming or ends:
        if ends and (not coming or ends[0] <= coming[0][0]):
            now = heapq.heappop(ends)
        else:
            now, queue = coming.popleft()
            if queue:
                gives_up = now + rng.expovariate(1 / case.patience_s) if case.patience_s else float("inf")
                waiting.append((now, gives_up, queue))
        agents = next(agents for at, agents in reversed(shifts) if at <= now)
        while waiting and len(ends) < agents:
            arrived, gives_up, queue = waiting.popleft()
            if gives_up >= now:
                ended = now + case.handle_s(rng)
                heapq.heappush(ends, ended)
                yield Call(begins + arrived, begins + now, begins + ended, queue)


def recorded(path: Path) -> list[Call]:
    """Calls of a file with the columns date, call_started, call_answered and call_ended (8:05:00 AM)."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    day_of = {date: number for number, date in enumerate(sorted({row["date"] for row in rows}))}

    def moment(row: Mapping[str, str], column: str) -> float:
        clock = datetime.strptime(row[column], "%I:%M:%S %p")  # noqa: DTZ007 (a time of day)
        return float(day_of[row["date"]] * DAY_S + clock.hour * 3600 + clock.minute * 60 + clock.second)

    return [Call(moment(row, "call_started"), moment(row, "call_answered"), moment(row, "call_ended")) for row in rows]


# ---------------------------------------------------------------- ways to tell a wait


class Teller(Protocol):
    def tell(self, position: int, busy: int, now: Ms) -> ExpectedWait | None: ...
    def started(self, at: Ms, waited_ms: Ms) -> None: ...
    def ended(self, handled_ms: Ms) -> None: ...
    def in_hand(self, items: int, busy: int) -> None: ...


class Ours:
    """The one in use."""

    def __init__(self) -> None:
        self._pace = Pace()
        self.started, self.ended, self.in_hand = self._pace.started, self._pace.ended, self._pace.in_hand

    def tell(self, position: int, busy: int, now: Ms) -> ExpectedWait | None:
        return expected_wait(self._pace, position=position, busy=busy, now=now)


class Naive:
    """Told from the waits before: of the last one only, or of the last fifty who had to wait (mean and 90 %)."""

    def __init__(self, kept: int) -> None:
        self._waits: deque[Ms] = deque(maxlen=kept)

    def tell(self, position: int, busy: int, now: Ms) -> ExpectedWait | None:
        if not self._waits:
            return None
        ordered = sorted(self._waits)
        return ExpectedWait(round(sum(ordered) / len(ordered)), ordered[int(0.9 * (len(ordered) - 1))])

    def started(self, at: Ms, waited_ms: Ms) -> None:
        if waited_ms:
            self._waits.append(waited_ms)

    def ended(self, handled_ms: Ms) -> None: ...
    def in_hand(self, items: int, busy: int) -> None: ...


WAYS: Mapping[str, Callable[[], Teller]] = {
    "expected wait": Ours,
    "last wait": lambda: Naive(1),
    f"mean of {WAITS_KEPT} waits": lambda: Naive(WAITS_KEPT),
}


# ---------------------------------------------------------------- judgement


class Judged(NamedTuple):
    told: ExpectedWait
    waited_ms: Ms


def judge(calls: Sequence[Call], queue: str = "main") -> dict[str, list[Judged]]:
    """What each way told those who had to wait, and what they waited; by way."""
    tellers = {name: way() for name, way in WAYS.items()}
    told: dict[int, dict[str, ExpectedWait]] = {}
    judged: dict[str, list[Judged]] = {name: [] for name in WAYS}
    busy = in_hand = 0
    for at, kind, number in _in_order(calls):
        call = calls[number]
        mine = call.queue == queue
        now = round(at * 1000)
        if kind == "arrived":
            if mine and call.answered > call.arrived:
                said = {name: teller.tell(len(told) + 1, busy, now) for name, teller in tellers.items()}
                told[number] = {name: wait for name, wait in said.items() if wait is not None}
            continue
        step = 1 if kind == "answered" else -1
        busy += step
        in_hand += step if mine else 0
        if not mine:
            continue
        waited_ms = round((call.answered - call.arrived) * 1000)
        for teller in tellers.values():
            if kind == "answered":
                teller.started(now, waited_ms)
            else:
                teller.ended(round((call.ended - call.answered) * 1000))
            teller.in_hand(in_hand, busy)
        if kind == "answered":
            for name, wait in told.pop(number, {}).items():
                judged[name].append(Judged(wait, waited_ms))
    return judged


def _in_order(calls: Sequence[Call]) -> list[tuple[float, str, int]]:
    """Every moment of every call; at one moment ends come first, but a call of no length ends after its begin."""
    moments: list[tuple[float, int, str, int]] = []
    for number, call in enumerate(calls):
        moments.append((call.arrived, 2, "arrived", number))
        moments.append((call.answered, 1 if call.answered > call.arrived else 3, "answered", number))
        moments.append((call.ended, 0 if call.ended > call.answered else 4, "ended", number))
    return [(at, kind, number) for at, _, kind, number in sorted(moments)]


def figures(judged: Iterable[Judged]) -> dict[str, Any]:
    """Bias and mean error of p50 in seconds, and the share (0–1) that waited no longer than p90."""
    known = list(judged)
    count = max(len(known), 1)
    errors = [(told.p50_ms - waited_ms) / 1000 for told, waited_ms in known]
    return {
        "count": len(known),
        "mean_wait_s": round(sum(waited_ms for _, waited_ms in known) / count / 1000, 1),
        "bias_s": round(sum(errors) / count, 1),
        "mean_abs_error_s": round(sum(map(abs, errors)) / count, 1),
        "within_p90": round(sum(waited_ms <= told.p90_ms for told, waited_ms in known) / count, 3),
    }


def run(*, calls: Path | None = None, seed: int = 1) -> dict[str, Any]:
    """Rows by case and way; ok: in every case the expected wait errs less than each naive way."""
    rows: list[dict[str, Any]] = []
    days = [(case.name, simulated(case, random.Random(seed)), case.judged) for case in CASES]
    if calls is not None:
        days.append((calls.name, recorded(calls), "main"))
    for name, of_case, queue in days:
        rows += [{"case": name, "way": way, **figures(told)} for way, told in judge(of_case, queue).items()]
    return {"rows": rows, "ok": all(_best(rows[start : start + len(WAYS)]) for start in range(0, len(rows), len(WAYS)))}


def _best(rows: Sequence[Mapping[str, Any]]) -> bool:
    ours, *naive = rows
    return all(ours["mean_abs_error_s"] <= other["mean_abs_error_s"] for other in naive)
