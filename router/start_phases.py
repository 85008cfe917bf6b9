"""How long a start takes, phase by phase: the log line `started` of every server."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class StartPhases:
    """began: of the process, by the monotonic clock. ms: by phase, in order; what runs beside one counts where it is
    waited for.
    """

    began: float = field(default_factory=time.monotonic)
    ms: dict[str, int] = field(default_factory=dict)

    def over(self, phase: str) -> None:
        """A phase ends now that began with the end of the one before."""
        self.ms[f"{phase}_ms"] = self.total_ms - sum(self.ms.values())

    @property
    def total_ms(self) -> int:
        return round((time.monotonic() - self.began) * 1_000)


def of_this_process() -> StartPhases:
    """From the start of the process on, where the system tells it; else from now on (proc(5): stat, field 22)."""
    try:
        ticks = int(
            Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
        )
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        age_s = 0.0
    return StartPhases(time.monotonic() - age_s)
