"""What a widget asks before its socket: its account's looks and questions, and who the visitor is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from config.accounts import Account
from router.api.answers import Endpoint, answer, guarded, read
from router.core import closing
from router.core.policy import Policy
from router.core.words import Ms
from router.engine import visitors
from router.engine.centre import Centre
from router.engine.limits import Bucket
from router.protocol.errors import NotFound, TooMuch

VISITORS_PER_S, VISITORS_BURST = 5.0, 60.0
ADDRESSES_KEPT = 10_000


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """opens_at: store time in ms; null: not known. text: what customers read, by language; none: the widget's words."""

    action: str
    opens_at: int | None
    text: dict[str, str]


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """closed: null while it takes customers in as usual."""

    name: str
    labels: dict[str, str]
    closed: Closed | None


class PreChat(msgspec.Struct, frozen=True, kw_only=True):
    """required, optional or off."""

    name: str
    email: str


class WidgetConfig(msgspec.Struct, frozen=True, kw_only=True):
    account: str
    title: str
    accent: str
    welcome: dict[str, str]
    departments: list[Department]
    pre_chat: PreChat
    languages: list[str]
    default_language: str
    agents_online: bool
    closed: Closed | None
    """Whatever the customer chooses; null while any department is open."""


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    account: str


class VisitorSession(msgspec.Struct, frozen=True, kw_only=True):
    visitor_id: str
    token: str


def config_of(account: Account, policy: Policy, now: Ms, *, agents_online: bool) -> WidgetConfig:
    shut = {name: _closed(policy, name, now) for name in account.departments or (policy.default_queue,)}
    return WidgetConfig(
        account=account.key,
        title=account.texts_for(account.default_language).title,
        accent=account.accent,
        welcome={language: texts.welcome for language, texts in account.texts.items()},
        departments=[
            Department(
                name=name,
                labels={language: texts.departments[name] for language, texts in account.texts.items()},
                closed=shut[name],
            )
            for name in account.departments
        ],
        pre_chat=PreChat(name=_asked(account.pre_chat.name), email=_asked(account.pre_chat.email)),
        languages=list(account.languages),
        default_language=account.default_language,
        agents_online=agents_online,
        closed=_first_to_open([each for each in shut.values() if each is not None]) if all(shut.values()) else None,
    )


def _closed(policy: Policy, queue: str, now: Ms) -> Closed | None:
    _, shut = closing.place(policy, queue, now)
    if shut is None:
        return None
    return Closed(action=shut.rule.action, opens_at=shut.opens_at, text=dict(shut.rule.text))


def _first_to_open(shut: Sequence[Closed]) -> Closed:
    return min(shut, key=lambda each: float("inf") if each.opens_at is None else each.opens_at)


def _asked(ask: str) -> str:
    return "off" if ask == "hidden" else ask


def routes(centre: Centre) -> Iterator[BaseRoute]:
    buckets: dict[str, Bucket] = {}

    async def config(request: Request) -> Response:
        account = centre.accounts.get(request.query_params.get("account", ""))
        if account is None:
            raise NotFound("unknown_account")
        visitors.account_for(centre, account.key, request.headers.get("origin", _own(request)))
        online = centre.board.anybody_in()
        return answer(config_of(account, centre.policy, centre.now(), agents_online=online))

    async def session(request: Request) -> Response:
        _slow_down(request)
        asked = await read(request, NewSession)
        visitors.account_for(centre, asked.account, request.headers.get("origin", _own(request)))
        visitor_id, token = await visitors.create(centre, asked.account)
        return answer(VisitorSession(visitor_id=visitor_id, token=token))

    def _slow_down(request: Request) -> None:
        address = request.client.host if request.client else ""
        if len(buckets) > ADDRESSES_KEPT:
            buckets.clear()
        now = centre.now() / 1000
        if not buckets.setdefault(address, Bucket(VISITORS_PER_S, VISITORS_BURST, now)).take(now):
            raise TooMuch("too_many_requests")

    yield Route("/api/widget/config", across_origins(centre, config), methods=["GET", "OPTIONS"])
    yield Route("/api/widget/session", across_origins(centre, session), methods=["POST", "OPTIONS"])


def _own(request: Request) -> str:
    """Browsers leave Origin out of same-origin GETs."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def across_origins(centre: Centre, endpoint: Endpoint) -> Endpoint:
    """Let pages of other sites call this: any that some account allows; the endpoint checks which account."""

    async def call(request: Request) -> Response:
        origin = request.headers.get("origin", "")
        allowed = any(account.allows(origin) for account in centre.accounts.values())
        headers = {"vary": "origin"} | ({"access-control-allow-origin": origin} if allowed else {})
        if request.method == "OPTIONS":
            preflight = {
                "access-control-allow-methods": "GET, POST",
                "access-control-allow-headers": "content-type",
                "access-control-max-age": "600",
            }
            return Response(status_code=204, headers=headers | preflight)
        response = await guarded(endpoint)(request)
        response.headers.update(headers)
        return response

    return call
