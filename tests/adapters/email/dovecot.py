"""A real IMAP server (Dovecot) for tests: one maildir in a folder and on a port of its own.

It runs as whoever runs the tests; for root it wants another user for the mails.
"""

from __future__ import annotations

import asyncio
import grp
import os
import pwd
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.servers import free_port

PASSWORD = "secret-of-the-test"
CONFIG = """
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
{tokens}
{users}
first_valid_uid = 0
mail_location = maildir:{base}/mail
mail_uid = {user}
mail_gid = {group}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}
}}
service imap-login {{
  {rooted}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dovecot:
    port: int
    mail: Path
    owner: tuple[int, int]

    def put(self, raw: bytes, *, seen: bool = False) -> None:
        """Drop a mail into the maildir, as a delivery agent does."""
        name = f"{time.time_ns()}.test"
        (self.mail / "tmp" / name).write_bytes(raw)
        os.chown(self.mail / "tmp" / name, *self.owner)
        target = self.mail / "cur" / f"{name}:2,S" if seen else self.mail / "new" / name
        (self.mail / "tmp" / name).rename(target)

    def seen(self) -> int:
        return sum(path.name.endswith("S") for path in (self.mail / "cur").iterdir())

    def number_anew(self) -> None:
        """Lose the numbering, as a restored or moved mailbox does."""
        for path in self.mail.glob("dovecot*"):
            path.unlink()


@asynccontextmanager
async def dovecot(*, certificate: Path | None = None, introspection: str = "") -> AsyncIterator[Dovecot]:
    """Serve until the block ends. certificate: a PEM with key, for STARTTLS, which is then required.

    introspection: where access tokens are asked about (RFC 7662), for XOAUTH2.
    """
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if program is None:
        pytest.skip("needs dovecot")
    rooted = os.getuid() == 0
    owner = pwd.getpwnam("mail") if rooted else pwd.getpwuid(os.getuid())
    base = Path(tempfile.mkdtemp(prefix="dovecot."))
    base.chmod(0o755)
    for folder in ("run", "mail", "mail/new", "mail/cur", "mail/tmp"):
        (base / folder).mkdir()
        if folder != "run":
            os.chown(base / folder, owner.pw_uid, owner.pw_gid)
    port = free_port()
    user, group = owner.pw_name, grp.getgrgid(owner.pw_gid).gr_name
    (base / "tokens.conf").write_text(
        f"introspection_mode = post\nintrospection_url = {introspection}\nusername_attribute = username\n"
        "active_attribute = active\nactive_value = true\n"
    )
    tokens = f"passdb {{\n driver = oauth2\n mechanisms = xoauth2\n args = {base}/tokens.conf\n}}"
    config = base / "dovecot.conf"
    config.write_text(
        CONFIG.format(
            base=base,
            port=port,
            user=user,
            group=group,
            users=""
            if rooted
            else f"default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}",
            rooted="" if rooted else "chroot =",
            password=PASSWORD,
            tokens=tokens if introspection else "",
            ssl="required" if certificate else "no",
            certificate=f"ssl_cert = <{certificate}\nssl_key = <{certificate}" if certificate else "",
        )
    )
    process = await asyncio.create_subprocess_exec(program, "-F", "-c", str(config))
    try:
        await _answers(port, process, base)
        yield Dovecot(port=port, mail=base / "mail", owner=(owner.pw_uid, owner.pw_gid))
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE_S)
        shutil.rmtree(base, ignore_errors=True)


async def _answers(port: int, process: asyncio.subprocess.Process, base: Path) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while process.returncode is None:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                line = await reader.readline()
                writer.close()
                await writer.wait_closed()
            except OSError:
                line = b""
            if line.startswith(b"* OK"):
                return
            await asyncio.sleep(0.05)
    log = base / "log"
    raise RuntimeError(log.read_text() if log.exists() else f"dovecot ended with {process.returncode}")
