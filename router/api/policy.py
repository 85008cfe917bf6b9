"""The policy in force: `GET /api/policy` for supervisors; `POST /api/policy/reload` for admins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from config.fault import Fault
from router.api.answers import answer, guarded
from router.api.staff import same_origin
from router.core.words import Ms
from router.engine import sign_in
from router.engine.centre import Centre
from router.engine.reload import PolicyWatch
from router.protocol.errors import Forbidden


class PolicyFault(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    line: int
    column: int
    reason: str


class Reloaded(msgspec.Struct, frozen=True, kw_only=True):
    """ok: what the files say is in force. Else the policy before them stays, and errors are theirs."""

    ok: bool
    errors: Sequence[PolicyFault]


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """errors: of the files as they are now, if those are not in force."""

    since: Ms
    queues: Sequence[str]
    rules: Sequence[str]
    statuses: Sequence[str]
    errors: Sequence[PolicyFault]


def routes(centre: Centre, watch: PolicyWatch) -> Iterator[BaseRoute]:
    async def shown(request: Request) -> Response:
        await _may(centre, request, "supervisor", "admin")
        policy = centre.policy
        in_force = InForce(
            since=watch.in_force_since,
            queues=list(policy.queues),
            rules=[rule.name for rule in policy.rules],
            statuses=list(policy.statuses),
            errors=_errors(watch.faults),
        )
        return answer(in_force)

    async def reload(request: Request) -> Response:
        same_origin(centre, request)
        await _may(centre, request, "admin")
        faults = await watch.reload()
        return answer(Reloaded(ok=not faults, errors=_errors(faults)))

    yield Route("/api/policy", guarded(shown), methods=["GET"])
    yield Route("/api/policy/reload", guarded(reload), methods=["POST"])


async def _may(centre: Centre, request: Request, *roles: str) -> None:
    colleague = await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))
    if colleague.role not in roles:
        raise Forbidden("wrong_role")


def _errors(faults: Sequence[Fault]) -> list[PolicyFault]:
    return [PolicyFault(file=fault.file, line=fault.line, column=fault.column, reason=fault.reason) for fault in faults]
