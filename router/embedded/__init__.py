"""Real Valkey and PostgreSQL beside the server, for `usher run`: nothing to install, nothing left behind.

Both are direct children that cannot outlive the server, keep their state in one data directory and listen on Unix
sockets only. Why so: docs/decisions/embedded-servers.md.
"""

from router.embedded.datadir import DataDirInUse, EmbeddedError
from router.embedded.servers import Urls, servers

__all__ = ["DataDirInUse", "EmbeddedError", "Urls", "servers"]
