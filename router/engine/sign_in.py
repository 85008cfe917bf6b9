"""Staff sign in with e-mail and password; a session token in a cookie says who they are from then on."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from router.core.policy import Policy, Supply
from router.core.taskrouter.demand import supply_in
from router.core.words import AgentId
from router.engine import talk
from router.engine.centre import Centre
from router.engine.limits import network_of
from router.engine.patience import patiently
from router.engine.staff_directory import Colleague
from router.protocol.errors import NotSignedIn, TooMuch
from router.store.postgres import sessions
from router.store.postgres import staff as stored

log = structlog.get_logger()

COOKIE = "usher_session"
"""In which browsers keep the token of a member of staff who signed in."""

LOOKED_AT_EVERY_S = 30.0
WINDOW_S = 60.0
PAIR_TRIES, ADDRESS_TRIES, EMAIL_TRIES = 10, 60, 60
"""Within WINDOW_S. A stranger elsewhere cannot lock an agent out as quickly as one address is stopped."""
TRIED_KEPT = 10_000
PASSWORD_CHARS = 200
EMAIL_CHARS = 254
TOKEN_CHARS = 200
HASHING, HASHING_WAITING = 2, 32
_hasher = PasswordHasher()


class Door:
    """Who has tried to sign in lately, and the place where passwords are checked.

    Tries count before the password is checked, so that many at once do not slip through; one that succeeds is taken
    back. Bounded, the oldest forgotten first. argon2 takes 64 MB and tens of milliseconds: HASHING at a time, off the
    event loop; when more than HASHING_WAITING wait, further ones are refused.
    """

    def __init__(self) -> None:
        self._tried: OrderedDict[str, list[float]] = OrderedDict()
        self._hashing = asyncio.Semaphore(HASHING)
        self._waiting = 0

    def try_once(self, email: str, address: str) -> None:
        """Count one more. Raises TooMuch when there were too many."""
        now = asyncio.get_running_loop().time()
        limits = self._limits(email, address)
        recent = {key: [at for at in self._tried.get(key, ()) if at > now - WINDOW_S] for key in limits}
        if any(len(recent[key]) >= most for key, most in limits.items()):
            raise TooMuch("too_many_requests")
        for key, tries in recent.items():
            self._tried[key] = [*tries, now]
            self._tried.move_to_end(key)
        while len(self._tried) > TRIED_KEPT:
            self._tried.popitem(last=False)

    def succeeded(self, email: str, address: str) -> None:
        for key in self._limits(email, address):
            if tries := self._tried.get(key):
                tries.pop()

    def _limits(self, email: str, address: str) -> dict[str, int]:
        name, address = email.lower(), network_of(address)
        return {f"{address} {name}": PAIR_TRIES, f"address {address}": ADDRESS_TRIES, f"email {name}": EMAIL_TRIES}

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; None takes as long and never matches. Raises TooMuch."""
        if self._waiting >= HASHING_WAITING:
            raise TooMuch("too_many_requests")
        self._waiting += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(_matches, password_hash, password[:PASSWORD_CHARS])
        finally:
            self._waiting -= 1


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def _matches(password_hash: str | None, password: str) -> bool:
    if password_hash is None:
        hash_password(password)  # takes as long, so that nobody learns from it whether there is such a person
        return False
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def sign_in(
    centre: Centre, door: Door, email: str, password: str, *, address: str, user_agent: str
) -> tuple[str, Colleague]:
    """A session token, and who it is for. Raises NotSignedIn (bad_credentials), TooMuch."""
    email = email.strip()[: EMAIL_CHARS + 1]
    door.try_once(email, address)
    usable = "\0" not in email and len(email) <= EMAIL_CHARS and len(password) <= PASSWORD_CHARS
    person = await stored.by_email(centre.database, email) if usable else None
    right = await door.matches(person.password_hash if person is not None and person.active else None, password)
    if person is None or not right:
        raise NotSignedIn("bad_credentials")
    door.succeeded(email, address)
    colleague = centre.staff.get(person.id) or colleague_of(centre.policy, person)
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
    """The token signs nobody in any more, and what is connected by it is closed, on every node."""
    if token and len(token) <= TOKEN_CHARS:
        await sessions.end(centre.database, token)
        await centre.say(talk.SignedOutSaid(login=login_of(token)))


def login_of(token: str) -> str:
    """How a login is called among nodes: nobody can sign in by that."""
    return sessions.token_hash(token).hex()


async def watch_logins(centre: Centre) -> None:
    """End sessions whose login is over, for ever: it expired, or nobody was told of its end."""

    async def once() -> None:
        await asyncio.sleep(LOOKED_AT_EVERY_S)
        await end_old(centre)

    await patiently("logins", once)


async def end_old(centre: Centre) -> None:
    await sessions.forget_expired(centre.database, now=centre.now())
    known = centre.logins.known()
    alive = await sessions.alive(centre.database, [bytes.fromhex(one) for one in known], now=centre.now())
    for login in known:
        if bytes.fromhex(login) not in alive:
            centre.logins.end(login)


def colleague_of(policy: Policy, person: stored.Staff) -> Colleague:
    supply = Supply(
        agent_id=person.id,
        skills=person.skills,
        queues=person.queues,
        backup=person.backup,
        limit=person.units_limit,
        at_most=person.at_most,
    )
    return Colleague(
        agent_id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
        team=person.team,
        language=person.language,
        supply=supply_in(policy, supply, stored.attributes_of(person)),
        auto_accept=person.auto_accept,
        phone=person.phone,
    )
