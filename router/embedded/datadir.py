"""The data directory: who holds it, where things lie in it, which user owns them.

    usher.lock     held by the one running server, with its process id in it
    valkey.lock    inherited by Valkey and all its children; free only when every one of them is gone
    postgres.lock  the same for PostgreSQL
    valkey/ postgres/   the state          valkey.log postgres.log   what they said since their last start
    sockets/       where they listen (in the system's temporary directory when the path is too long for a Unix socket)

The locks are flock(2): the kernel lets go of them when the last process that holds them ends, however it ends, so
there is no stale lock and no guessing from process ids.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import pwd
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET_PATH = 103
"""Bytes; sun_path is 108 on Linux, 104 on macOS, with a closing NUL."""
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")
LOCK_WAIT_S = 30.0


class EmbeddedError(Exception):
    """An embedded server cannot run; the text says why in words for the person who started it."""


class DataDirInUse(EmbeddedError):
    """Another running server holds the data directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The unprivileged user the servers run as when we are root (PostgreSQL refuses to run as root)."""

    user_id: int
    group_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDir:
    path: Path
    sockets: Path
    owner: Owner | None
    """None: the servers run as who we are."""

    def directory(self, name: str) -> Path:
        """A directory below, made if missing, that only the servers' user can enter."""
        return _private(self.path / name, self.owner)


@contextlib.contextmanager
def hold(path: Path) -> Iterator[DataDir]:
    """Be the one server on this data directory. Raises DataDirInUse, saying who is."""
    path = path.absolute()
    path.mkdir(parents=True, exist_ok=True)
    file = os.open(path / "usher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not _try_lock(file):
            holder = os.pread(file, 32, 0).decode().strip() or "unknown"
            raise DataDirInUse(f"{path} is in use by a running server, process {holder}")
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        owner = _owner(path) if os.geteuid() == 0 else None
        yield DataDir(path=path, sockets=_sockets(path, owner), owner=owner)
    finally:
        os.close(file)


async def lock_for_server(data: DataDir, name: str) -> int:
    """An open, locked file for the server called name to inherit; waits until all its old processes are gone.

    Raises EmbeddedError when they are still there after LOCK_WAIT_S.
    """
    file = os.open(data.path / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        async with asyncio.timeout(LOCK_WAIT_S):
            while not _try_lock(file):  # noqa: ASYNC110 - flock has no event
                await asyncio.sleep(0.01)
    except BaseException as error:
        os.close(file)
        if isinstance(error, TimeoutError):
            raise EmbeddedError(f"a {name} process of an earlier run is still alive on {data.path}") from None
        raise
    return file


def enterable(directory: Path, owner: Owner) -> bool:
    """Whether the servers' user can walk into directory from the root of the file system."""
    path = directory.absolute()
    return all(_open_door(door.stat(), owner) for door in (path, *path.parents))


def _open_door(door: os.stat_result, owner: Owner) -> bool:
    if door.st_uid == owner.user_id:
        return bool(door.st_mode & 0o100)
    return bool(door.st_mode & (0o010 if door.st_gid == owner.group_id else 0o001))


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(path: Path) -> Owner:
    """Who owned the state before, else the account made for PostgreSQL, else nobody."""
    state = path / "postgres"
    if state.exists() and state.stat().st_uid != 0:
        return Owner(user_id=state.stat().st_uid, group_id=state.stat().st_gid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return Owner(user_id=account.pw_uid, group_id=account.pw_gid)
    raise EmbeddedError("started as root, but there is no account `postgres` or `nobody` for the servers to run as")


def _sockets(path: Path, owner: Owner | None) -> Path:
    sockets = path / "sockets"
    if len(os.fsencode(sockets)) + LONGEST_SOCKET_NAME > LONGEST_SOCKET_PATH:
        digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
        sockets = Path(tempfile.gettempdir()) / f"usher-{os.geteuid()}-{digest}"
    return _private(sockets, owner)


def _private(path: Path, owner: Owner | None) -> Path:
    """Make path a directory of the servers' user alone; refuse what a stranger put there."""
    user_id, group_id = (owner.user_id, owner.group_id) if owner else (os.geteuid(), os.getegid())
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if found.st_uid not in (user_id, os.geteuid()) or path.is_symlink():
        raise EmbeddedError(f"{path} belongs to somebody else")
    if found.st_uid != user_id:
        os.chown(path, user_id, group_id)
    path.chmod(0o700)
    return path
