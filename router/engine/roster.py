"""Who works here: brought in from a file, given passwords, let go. Running nodes hear of each change.

Everything is durable and audited before it is told; who missed it reads everybody anew when they hear the nodes again.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.staff import DemoStaff
from router.core.policy import Policy
from router.core.words import AgentId
from router.engine import presence, staffing, talk
from router.engine.audited import note
from router.engine.centre import Centre
from router.engine.sign_in import hash_password
from router.protocol.errors import BadRequest, NotFound
from router.store.postgres import sessions
from router.store.postgres import staff as stored

OPERATOR = AgentId("operator")
"""Who did it, in the audit: somebody with access to the server."""
PASSWORD_CHARS = (12, 128)
"""At least, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtIn:
    """added: e-mail address → first password, told this once. changed: addresses; as they were: how many."""

    added: dict[str, str]
    changed: list[str]
    as_they_were: int


def row_of(policy: Policy, person: DemoStaff, password_hash: str) -> stored.Staff:
    """Somebody new."""
    return stored.Staff(
        id=person.id,
        email=person.email,
        name=person.name,
        role="agent" if person.role == "customer" else person.role,
        team=person.team,
        password_hash=password_hash,
        status=policy.presence.sign_in_status,
        units_limit=person.limit,
        at_most=person.at_most,
        language=person.language,
        skills=person.skills,
        queues=person.queues,
        backup=person.backup,
        attributes=person.attributes,
        auto_accept=person.auto_accept,
    )


async def bring_in(centre: Centre, people: Sequence[DemoStaff]) -> BroughtIn:
    """Add who is new, change who is other than said, leave everybody else; twice is once.

    Passwords of who is here already, whether they are active and where they answer calls stay. Raises BadRequest
    bad_value when somebody else has an address.
    """
    known = {row.id: row for row in await stored.by_ids(centre.database, [person.id for person in people])}
    for person in people:
        other = await stored.by_email(centre.database, person.email)
        if other is not None and other.id != person.id:
            raise BadRequest("bad_value", f"{person.email} is the address of {other.id} already.", field="email")
    added: dict[str, str] = {}
    changed: list[str] = []
    for person in people:
        before = known.get(person.id)
        if before is None:
            added[person.email] = password = new_password()
            await _put(centre, row_of(centre.policy, person, hash_password(password)), "staff.add")
            continue
        row = row_of(centre.policy, person, before.password_hash)
        row = replace(row, status=before.status, active=before.active, phone=before.phone)
        if row != before:
            changed.append(person.email)
            await _put(centre, row, "staff.change")
    return BroughtIn(added=added, changed=changed, as_they_were=len(people) - len(added) - len(changed))


async def _put(centre: Centre, row: stored.Staff, action: str) -> None:
    """A store that knows them matches by what they bring now."""
    await stored.put(centre.database, row, at=centre.now())
    await note(centre, OPERATOR, action, row.id, role=row.role)
    await staffing.read_anew(centre, [row.id])
    working = (await centre.store.standing()).working  # it is not before the first node is
    if working and row.active and await centre.store.agent(row.id) is not None:
        await presence.make_known(centre, row.id)
    await _tell(centre, row.id)


async def give_password(centre: Centre, email: str, password: str) -> None:
    """Replace it; whoever is signed in with the old one is signed out. Raises NotFound unknown_agent, BadRequest."""
    least, most = PASSWORD_CHARS
    if not least <= len(password) <= most:
        raise BadRequest("bad_value", f"A password has {least} to {most} characters.", field="password")
    person = await _person(centre, email)
    await stored.set_password(centre.database, person.id, hash_password(password))
    await sessions.end_all_of(centre.database, person.id)
    await note(centre, OPERATOR, "staff.password", person.id)
    await _tell(centre, person.id)


async def set_active(centre: Centre, email: str, *, active: bool) -> None:
    """Let somebody go, or have them back. Who is let go is signed out; their work goes back into line after the grace.

    Raises NotFound unknown_agent.
    """
    person = await _person(centre, email)
    if person.active == active:
        return
    await stored.put(centre.database, replace(person, active=active), at=centre.now())
    if not active:
        await sessions.end_all_of(centre.database, person.id)
    await note(centre, OPERATOR, "staff.activate" if active else "staff.deactivate", person.id)
    await _tell(centre, person.id)


def new_password() -> str:
    """One that nobody guesses."""
    return secrets.token_urlsafe(12)


async def _person(centre: Centre, email: str) -> stored.Staff:
    person = await stored.by_email(centre.database, email)
    if person is None:
        raise NotFound("unknown_agent")
    return person


async def _tell(centre: Centre, agent_id: AgentId) -> None:
    """All nodes read them anew."""
    await centre.say(talk.StaffSaid(agent_id=agent_id))
