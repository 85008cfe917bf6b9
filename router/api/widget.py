"""What a widget asks before its socket: its account's looks and questions, and who the visitor is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from config.accounts import Account
from router.api.answers import Endpoint, answer, guarded, read
from router.core import closing
from router.core.closing import NOT_SWITCHED, Switches
from router.core.compiler import VISITED
from router.core.policy import Overflow, Policy
from router.core.words import Ms
from router.engine import overflows, visitors
from router.engine.centre import Centre
from router.engine.customers import signed
from router.engine.limits import Buckets
from router.protocol.errors import NotFound
from router.store.postgres import articles

VISITORS_PER_S, VISITORS_BURST = 5.0, 60.0


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """opens_at: store time in ms; null: not known. text: what customers read, by language; none: the widget's words."""

    action: str
    opens_at: int | None
    text: dict[str, str]
    busy: bool = False
    """It is open, but overflows: nothing is refused, and nothing has to be left."""


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
    has_articles: bool = msgspec.field(name="help")
    """There are articles to be searched."""
    agents_online: bool
    bot: bool
    closed: Closed | None
    """Whatever the customer chooses; null while any department is open."""


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """identity: what the site signed for its customer. token: of the visitor this browser has already."""

    account: str
    identity: str = ""
    token: str = ""


class VisitorSession(msgspec.Struct, frozen=True, kw_only=True):
    """customer_id: whose visitor it is now. A member's token may have made it another's."""

    visitor_id: str
    customer_id: str
    token: str


Overflowing = Callable[[str], Overflow | None]


def config_of(
    account: Account,
    policy: Policy,
    now: Ms,
    *,
    agents_online: bool,
    has_articles: bool,
    bot: bool = False,
    switches: Switches = NOT_SWITCHED,
    overflowing: Overflowing = lambda _: None,
) -> WidgetConfig:
    """overflowing: the rule by which a queue overflows now, for chats."""
    shut = {
        name: _closed(policy, name, now, switches) or _busy(overflowing(name))
        for name in account.departments or (policy.default_queue,)
    }
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
        has_articles=has_articles,
        bot=bot,
        closed=_first_to_open([each for each in shut.values() if each is not None]) if all(shut.values()) else None,
    )


def _closed(policy: Policy, queue: str, now: Ms, switches: Switches) -> Closed | None:
    _, shut = closing.place(policy, queue, now, switches)
    if shut is None:
        return None
    return Closed(action=shut.rule.action, opens_at=shut.opens_at, text=dict(shut.rule.text))


def _busy(rule: Overflow | None) -> Closed | None:
    """What the form says before anybody waits; who is sent to another queue need not know."""
    if rule is None or rule.action == "queue":
        return None
    action = "message" if rule.action == "case" else rule.action
    return Closed(action=action, opens_at=None, text=dict(rule.text), busy=True)


def _first_to_open(shut: Sequence[Closed]) -> Closed:
    return min(shut, key=lambda each: float("inf") if each.opens_at is None else each.opens_at)


def _asked(ask: str) -> str:
    return "off" if ask == "hidden" else ask


def routes(centre: Centre) -> Iterator[BaseRoute]:
    newcomers = Buckets(VISITORS_PER_S, VISITORS_BURST)

    async def config(request: Request) -> Response:
        account = centre.accounts.get(request.query_params.get("account", ""))
        if account is None:
            raise NotFound("unknown_account")
        visitors.account_for(centre, account.key, origin_of(request))
        online = centre.board.anybody_in()
        shown = config_of(
            account,
            centre.policy,
            centre.now(),
            agents_online=online,
            has_articles=await articles.any_published(centre.database, ("public",)),
            bot=account.bot in centre.bots.by_name,
            switches=centre.switches,
            overflowing=lambda queue: overflows.holds_now(centre, queue, VISITED),
        )
        return answer(shown)

    async def session(request: Request) -> Response:
        newcomers.take(request.client.host if request.client else "", centre.now() / 1000)
        asked = await read(request, NewSession)
        visitors.account_for(centre, asked.account, origin_of(request))
        admitted = await (
            signed.session(centre, asked.account, asked.identity, asked.token)
            if asked.identity
            else visitors.create(centre, asked.account)
        )
        return answer(
            VisitorSession(visitor_id=admitted.visitor_id, customer_id=admitted.customer_id, token=admitted.token)
        )

    yield Route("/api/widget/config", across_origins(centre, config), methods=["GET", "OPTIONS"])
    yield Route("/api/widget/session", across_origins(centre, session), methods=["POST", "OPTIONS"])


def origin_of(request: Request) -> str:
    """Browsers leave Origin out of same-origin GETs."""
    return request.headers.get("origin", f"{request.url.scheme}://{request.headers.get('host', '')}")


def across_origins(centre: Centre, endpoint: Endpoint) -> Endpoint:
    """Let pages of other sites call this: any that some account allows; the endpoint checks which account."""

    async def call(request: Request) -> Response:
        origin = request.headers.get("origin", "")
        allowed = any(account.allows(origin) for account in centre.accounts.values())
        headers = {"vary": "origin"} | ({"access-control-allow-origin": origin} if allowed else {})
        if request.method == "OPTIONS":
            preflight = {
                "access-control-allow-methods": "GET, POST",
                "access-control-allow-headers": "authorization, content-type",
                "access-control-max-age": "600",
            }
            return Response(status_code=204, headers=headers | preflight)
        response = await guarded(endpoint)(request)
        response.headers.update(headers)
        return response

    return call
