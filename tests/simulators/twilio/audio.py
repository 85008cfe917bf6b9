"""What one leg hears, moment by moment; from it follows who was left in silence, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.simulators.twilio.clock import Clock


class Sound(StrEnum):
    """RINGBACK and everything after SPEECH up to PEOPLE is a comfort; MUTED: somebody is there and says nothing;
    TURN: it is the person's turn to speak or press; FETCHING: nothing, while the product is asked what comes next."""

    RINGBACK = "ringback"
    SPEECH = "speech"
    MUSIC = "music"
    PEOPLE = "people"
    MUTED = "muted"
    TURN = "turn"
    FETCHING = "fetching"
    SILENCE = "silence"
    NOTHING = "nothing"


QUIET = frozenset({Sound.SILENCE, Sound.FETCHING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """From this moment on. of: what is said or played, or the SIDs of the legs that can be heard."""

    sound: Sound
    of: tuple[str, ...]
    wall_s: float
    phone_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A stretch without a sound. causes: in the order they came."""

    began_wall_s: float
    wall_s: float
    phone_s: float
    causes: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Ear:
    clock: Clock
    heard: list[Heard] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def sound(self) -> Sound:
        return self.heard[-1].sound if self.heard else Sound.NOTHING

    @property
    def of(self) -> tuple[str, ...]:
        return self.heard[-1].of if self.heard else ()

    def hear(self, sound: Sound, *of: str) -> None:
        if self.heard and (self.sound, self.of) == (sound, of):
            return
        self.heard.append(Heard(sound=sound, of=of, wall_s=self.clock.wall_s(), phone_s=self.clock.phone_s()))
        self.changed.set()

    def stretches(self) -> Iterator[tuple[Heard, float, float]]:
        """Each with its length: wall seconds, phone seconds."""
        for each, after in zip(self.heard, self.heard[1:], strict=False):
            yield each, after.wall_s - each.wall_s, after.phone_s - each.phone_s
        if self.heard:
            last = self.heard[-1]
            yield last, self.clock.wall_s() - last.wall_s, self.clock.phone_s() - last.phone_s

    def quiets(self) -> Iterator[Quiet]:
        """Stretches without a sound; neighbours are one."""
        run: list[tuple[Heard, float, float]] = []
        for stretch in self.stretches():
            if stretch[0].sound in QUIET:
                run.append(stretch)
            elif run:
                yield _joined(run)
                run = []
        if run:
            yield _joined(run)

    def report(self) -> list[dict[str, Any]]:
        return [
            {"at_s": round(each.wall_s, 3), "sound": each.sound.value, "of": list(each.of), "wall_s": round(wall_s, 3)}
            for each, wall_s, _ in self.stretches()
        ]


def _joined(run: list[tuple[Heard, float, float]]) -> Quiet:
    return Quiet(
        began_wall_s=run[0][0].wall_s,
        wall_s=sum(wall_s for _, wall_s, _ in run),
        phone_s=sum(phone_s for _, _, phone_s in run),
        causes=tuple(" ".join((each.sound.value, *each.of)) for each, _, _ in run),
    )
