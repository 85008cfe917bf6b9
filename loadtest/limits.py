"""Room for many sockets in one process."""

from __future__ import annotations

import resource

SPARE = 256


def allow_files(needed: int) -> None:
    """Raise this process's soft limit of open files, for it and its children. OSError: the hard limit is too low."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = needed + SPARE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        if hard != resource.RLIM_INFINITY and hard < wanted:
            raise OSError(f"{wanted} open files are needed and {hard} are allowed (ulimit -Hn)")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
