"""Writes the files made from the message definitions: `python -m router.protocol.generate [--check]`.

--check writes nothing and exits with 1 when a file is not what it would write.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

from router.protocol import asyncapi, reference, typescript

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "agent_client/protocol/src/messages"


def generated() -> dict[Path, str]:
    """Path → content of every generated file; MESSAGES holds no others."""
    protocol = ROOT / "docs/protocol.md"
    return {
        protocol: reference.refresh(protocol.read_text("utf-8")),
        **{MESSAGES / name: text for name, text in typescript.render().items()},
        ROOT / "docs/asyncapi.json": json.dumps(asyncapi.document(version("usher")), indent=1, ensure_ascii=False)
        + "\n",
    }


def main(arguments: list[str]) -> int:
    files = generated()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    left = [path for path in MESSAGES.glob("*.ts") if path not in files]
    if "--check" in arguments:
        for path in stale + left:
            print(f"not fresh: {path.relative_to(ROOT)} (run `make generate`)", file=sys.stderr)
        return 1 if stale or left else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    for path in left:
        path.unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
