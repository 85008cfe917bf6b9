"""Our own music for who waits: a quiet arpeggio, made when it is first asked for, so that no line depends on a file."""

from __future__ import annotations

import io
import math
import struct
import wave
from functools import cache

from router.core.call.page import MUSIC_S

RATE = 8_000
NOTE_S = 0.5
LOUDNESS = 5_000
_CHORDS = ((220.0, 261.63, 329.63, 440.0), (174.61, 220.0, 261.63, 349.23), (196.0, 246.94, 293.66, 392.0))
MEDIA_TYPE = "audio/wav"


@cache
def melody() -> bytes:
    """MUSIC_S of it as a WAV file: 8 kHz, 16 bit, one channel."""
    notes = int(MUSIC_S / NOTE_S)
    samples: list[int] = []
    for number in range(notes):
        chord = _CHORDS[number // 8 % len(_CHORDS)]
        samples += _note(chord[(0, 1, 2, 3, 2, 1, 2, 1)[number % 8]])
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


def _note(pitch: float) -> list[int]:
    """Struck and fading, as of a plucked string."""
    length = int(RATE * NOTE_S)
    return [
        round(LOUDNESS * math.exp(-3 * at / length) * min(1.0, at / 80) * math.sin(2 * math.pi * pitch * at / RATE))
        for at in range(length)
    ]
