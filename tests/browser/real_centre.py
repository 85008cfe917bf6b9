"""A whole centre for the end-to-end tests: the real program as a process of its own, on a centre folder made for it."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.program import USHER, Program, started

DEMO = Path(__file__).parents[2] / "config" / "demo"
DEMO_BOT, DEMO_DATA_SOURCES = DEMO / "bot", DEMO / "data_sources.toml"
READY_WAIT_S = 120.0
PASSWORD = "quiet-harbour"
IDENTITY_KEY = "known to the harbour and to this server only"
ACCOUNT = "demo"
LANGUAGES = {
    "en": "Good morning! What can we do for you?",
    "pl": "Dzień dobry! W czym możemy pomóc?",
    "ru": "Здравствуйте! Чем мы можем помочь?",
    "el": "Καλημέρα! Πώς μπορούμε να βοηθήσουμε;",
    "de": "Guten Tag! Was können wir für Sie tun?",
}
SETTINGS = {"USHER_HEARTBEAT_S": "2", "USHER_LOG_LEVEL": "warning", "USHER_SHUTDOWN_S": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One queue and who answers it, so that tests which share a server share no work. agents: names, one word each."""

    queue: str
    agents: Sequence[str] = ()
    supervisors: Sequence[str] = ()
    ring_s: int = 60
    wrap_up_s: int = 60
    more: str = ""
    """Further lines of the queue's TOML."""

    @property
    def label(self) -> str:
        return self.queue.capitalize()


def email_of(name: str) -> str:
    return f"{name.lower()}@harbour.example"


def write_centre(folder: Path, desks: Sequence[Desk], *, decline_reasons: Sequence[str] = ()) -> None:
    """policy/, staff.toml and accounts.toml of a centre with these desks. An agent may sit at several."""
    (folder / "policy").mkdir(parents=True)
    (folder / "policy" / "policy.toml").write_text(_policy(desks, decline_reasons))
    (folder / "staff.toml").write_text(_staff(desks))
    (folder / "identity.key").write_text(IDENTITY_KEY)
    (folder / "accounts.toml").write_text(_accounts(desks))


def write_bot(folder: Path) -> None:
    """The demo's bot answers first, against the demo's shop service."""
    shutil.copytree(DEMO_BOT, folder / "bot")
    shutil.copy(DEMO_DATA_SOURCES, folder / "data_sources.toml")
    accounts = folder / "accounts.toml"
    accounts.write_text(accounts.read_text().replace("[accounts.pre_chat]", 'bot = "fern"\n[accounts.pre_chat]', 1))


def _policy(desks: Sequence[Desk], decline_reasons: Sequence[str]) -> str:
    lines = [f'default_queue = "{desks[0].queue}"', 'skills = ["en"]']
    lines += [
        "[presence]",
        "lease_s = 10",
        "grace_s = 60",
        "[offers]",
        f"decline_reasons = {json.dumps(decline_reasons)}",
        "[cases.address]",
        'en = "Your case {number}: {link}"',
    ]
    for desk in desks:
        lines += [f"[queues.{desk.queue}]", f'label = "{desk.label}"', f"wrap_up_s = {desk.wrap_up_s}"]
        lines += [f"ring_s = {{ webchat = {desk.ring_s} }}", desk.more]
    for desk in desks:
        when = f"""'department == "{desk.queue}"'"""
        lines += ["[[rules]]", f'name = "Chose {desk.queue}"', f"when = {when}", f'queue = "{desk.queue}"']
    return "\n".join(lines) + "\n"


def _staff(desks: Sequence[Desk]) -> str:
    lines = ["[passwords]", *(f'{role} = "{PASSWORD}"' for role in ("agent", "supervisor", "admin"))]
    names = {name: "agent" for desk in desks for name in desk.agents}
    names |= {name: "supervisor" for desk in desks for name in desk.supervisors}
    for name, role in names.items():
        queues = [desk.queue for desk in desks if name in desk.agents]
        lines += ["[[staff]]", f'id = "{name.lower()}"', f'name = "{name}"', f'email = "{email_of(name)}"']
        lines += [f'role = "{role}"', 'team = "Harbour"', "skills = { en = 7 }", f"queues = {json.dumps(queues)}"]
    return "\n".join(lines) + "\n"


def _accounts(desks: Sequence[Desk]) -> str:
    lines = ["[[accounts]]", f'key = "{ACCOUNT}"', 'allowed_origins = ["http://127.0.0.1:*"]']
    lines += [f"languages = {json.dumps(list(LANGUAGES))}", f"departments = {json.dumps([d.queue for d in desks])}"]
    lines += ['identity_secret = "file:identity.key"', "[accounts.pre_chat]", 'name = "required"', 'email = "optional"']
    for language, welcome in LANGUAGES.items():
        lines += [f"[accounts.texts.{language}]", 'title = "Harbour"', f'welcome = "{welcome}"']
        lines += [f"[accounts.texts.{language}.departments]", *(f'{d.queue} = "{d.label}"' for d in desks)]
    return "\n".join(lines) + "\n"


@dataclass(kw_only=True)
class Centre:
    """A server process on `folder`; after `start` it is at `url`, and at the same one after every further start.

    origins: where else browsers find it, e.g. behind a line that can be cut.
    """

    folder: Path
    origins: Sequence[str] = ()
    options: Sequence[str] = ()
    url: str = ""
    _process: Program | None = field(default=None, init=False)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2] or 0)

    def start(self) -> None:
        command = ["run", "--json", "--port", str(self.port), "--data", str(self.folder / "data"), *self.options]
        if (self.folder / "policy").is_dir():
            command += ["--policy", str(self.folder)]
        environment = SETTINGS | {"USHER_ALLOWED_ORIGINS": ",".join(self.origins)}
        self._process = started(USHER, *command, log=self.folder / "log", environment=environment)
        line = self._process.first_line(READY_WAIT_S)
        assert line, f"ended before it was ready:\n{self._told()}"
        self.url = json.loads(line)["url"]

    def kill(self) -> None:
        """As the kernel does it: no goodbye to anybody."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        self._process.ended(30)
        self._process = None

    def _told(self) -> str:
        return (self.folder / "log").read_text()[-2_000:]


@contextlib.contextmanager
def running(centre: Centre) -> Iterator[Centre]:
    """The centre for the length of the block."""
    try:
        centre.start()
        yield centre
    finally:
        centre.stop()
