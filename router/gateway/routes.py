"""The two WebSocket endpoints: `/ws/agent` for staff, `/ws/customer` for widgets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from router.core.words import DeviceId
from router.engine import sign_in, visitors
from router.engine.centre import Centre
from router.gateway.actor import Owner
from router.gateway.customer import CustomerActor
from router.gateway.sessions import MakeActor, Sessions
from router.gateway.socket import Connection, Endpoint, Limits, Sockets
from router.gateway.staff import StaffActor
from router.protocol import frames
from router.protocol.base import Hello
from router.protocol.customer import CustomerIn
from router.protocol.errors import Forbidden
from router.protocol.staff import StaffIn


def routes(centre: Centre, sessions: Sessions) -> Iterator[BaseRoute]:
    settings = centre.settings
    limits = Limits(
        frame_bytes=settings.max_frame_bytes,
        frames_per_s=settings.frames_per_s,
        frames_burst=settings.frame_burst,
        heartbeat_ms=round(settings.heartbeat_s * 1000),
    )

    async def admit_staff(websocket: WebSocket, hello: Hello) -> tuple[Owner, MakeActor]:
        origin = websocket.headers.get("origin")
        if origin is not None and not centre.own_origin(origin):
            raise Forbidden("bad_origin")
        token = websocket.cookies.get(sign_in.COOKIE, "")
        colleague = await sign_in.who(centre, token)
        owner = Owner("staff", colleague.agent_id, DeviceId(hello.device_id), sign_in.login_of(token))
        return owner, lambda session: StaffActor(centre, session, owner)

    async def admit_customer(websocket: WebSocket, hello: Hello) -> tuple[Owner, MakeActor]:
        visitors.account_for(centre, hello.account, websocket.headers.get("origin", ""))
        visitor = await visitors.known(centre, hello.token, hello.account)
        visitor.network = visitors.network_mark(centre.signing_key, websocket.client.host if websocket.client else "")
        owner = Owner("visitor", visitor.visitor_id, hello.device_id)
        return owner, lambda session: CustomerActor(centre, session, visitor, hello.device_id)

    staff = Endpoint(msgpack=frames.staff_msgpack, json=frames.staff_json, tags=frames.tags(StaffIn), admit=admit_staff)
    customers = Endpoint(
        msgpack=frames.customer_msgpack, json=frames.customer_json, tags=frames.tags(CustomerIn), admit=admit_customer
    )

    for path, endpoint in (("/ws/agent", staff), ("/ws/customer", customers)):
        yield WebSocketRoute(path, _served(endpoint, Sockets(most=settings.max_connections), sessions, limits))


def _served(
    endpoint: Endpoint, sockets: Sockets, sessions: Sessions, limits: Limits
) -> Callable[[WebSocket], Awaitable[None]]:
    async def serve(websocket: WebSocket) -> None:
        await Connection(websocket, endpoint, sockets, sessions, limits).run()

    return serve
