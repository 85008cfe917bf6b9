"""The authorities by whose word a server is who it says it is.

They are read once for a process, as reading them takes longer than most requests and holds everything else up.
"""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def of_the_web() -> ssl.SSLContext:
    """What providers and configured services are asked by."""
    return httpx.create_ssl_context()


@cache
def of_mail_servers(ca_file: str = "") -> ssl.SSLContext:
    """Those of the system, or of the file. Raises OSError or ssl.SSLError when the file has none."""
    return ssl.create_default_context(cafile=ca_file or None)
