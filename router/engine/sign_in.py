"""Staff sign in with e-mail and password; a session token in a cookie says who they are from then on."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from router.core.policy import Supply
from router.core.words import AgentId
from router.engine.centre import Centre
from router.engine.staff_directory import Colleague
from router.protocol.errors import NotSignedIn, TooMuch
from router.store.postgres import sessions
from router.store.postgres import staff as stored

TRIES = 10
TRIES_WINDOW_S = 60.0
TRIED_KEPT = 10_000
PASSWORD_CHARS = 200
TOKEN_CHARS = 200
_hasher = PasswordHasher()
_hashing = asyncio.Semaphore(2)
"""argon2 takes 64 MB and tens of milliseconds: two at a time, off the event loop."""


class Tries:
    """Failed sign-ins by e-mail and by address, within a window; bounded, the oldest forgotten first."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, *keys: str) -> None:
        """Raises TooMuch when one of the keys has failed too often lately."""
        now = asyncio.get_running_loop().time()
        for key in keys:
            recent = [at for at in self._failed.get(key, ()) if at > now - TRIES_WINDOW_S]
            if len(recent) >= TRIES:
                raise TooMuch("too_many_requests")

    def failed(self, *keys: str) -> None:
        now = asyncio.get_running_loop().time()
        for key in keys:
            recent = [at for at in self._failed.pop(key, ()) if at > now - TRIES_WINDOW_S]
            self._failed[key] = [*recent[-TRIES:], now]
        while len(self._failed) > TRIED_KEPT:
            self._failed.popitem(last=False)


def hash_password(password: str) -> str:
    return _hasher.hash(password)


@cache
def _nobody() -> str:
    """What a password is checked against when there is no such person: it takes as long."""
    return _hasher.hash(secrets.token_hex(16))


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def sign_in(
    centre: Centre, tries: Tries, email: str, password: str, *, address: str, user_agent: str
) -> tuple[str, Colleague]:
    """A session token, and who it is for. Raises NotSignedIn (bad_credentials), TooMuch."""
    keys = f"email:{email.strip().lower()[:254]}", f"address:{address}"
    tries.check(*keys)
    usable = "\0" not in email and len(email) <= 254 and len(password) <= PASSWORD_CHARS
    person = await stored.by_email(centre.database, email.strip()) if usable else None
    known_hash = person.password_hash if person is not None and person.active else _nobody()
    async with _hashing:
        right = await asyncio.to_thread(_matches, known_hash, password[:PASSWORD_CHARS])
    if person is None or not person.active or not right:
        tries.failed(*keys)
        raise NotSignedIn("bad_credentials")
    colleague = centre.staff.get(person.id) or colleague_of(person)
    return await mint(centre, person.id, user_agent), colleague


async def mint(centre: Centre, agent_id: AgentId, user_agent: str) -> str:
    """A new session token for this person."""
    token, now = secrets.token_urlsafe(32), centre.now()
    session = sessions.LoginSession(
        staff_id=agent_id,
        created_at=now,
        expires_at=now + centre.settings.session_lifetime_s * 1000,
        last_seen_at=now,
        user_agent=user_agent,
    )
    await sessions.create(centre.database, token, session)
    return token


async def who(centre: Centre, token: str) -> Colleague:
    """Who this token is for. Raises NotSignedIn."""
    if not token or len(token) > TOKEN_CHARS:
        raise NotSignedIn("not_signed_in")
    session = await sessions.find(centre.database, token, now=centre.now())
    colleague = centre.staff.get(session.staff_id) if session is not None else None
    if colleague is None:
        raise NotSignedIn("not_signed_in")
    return colleague


async def sign_out(centre: Centre, token: str) -> None:
    if token and len(token) <= TOKEN_CHARS:
        await sessions.end(centre.database, token)


def colleague_of(person: stored.Staff) -> Colleague:
    return Colleague(
        agent_id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
        team=person.team,
        language=person.language,
        supply=Supply(
            agent_id=person.id,
            skills=person.skills,
            queues=person.queues,
            limit=person.units_limit,
            at_most=person.at_most,
        ),
    )
