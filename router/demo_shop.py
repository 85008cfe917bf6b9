"""The demo's shop service: orders, stock, loyalty, returns, addresses, appointments, as a shop's own system has them.

A small program of its own behind a bearer token, listening on loopback beside `usher run`; the centre knows it only by
`config/demo/data_sources.toml`, as it would know a real one. What changes is kept in one file, so a restart finds it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import socket
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SEED = Path(__file__).parents[1] / "config" / "demo" / "shop_service.toml"
HOURS = ("09:00", "10:30", "13:00", "15:30")
RETURN_DAYS = 30
MOST_REPEATS = 1_000
"""Answers to named requests that are remembered, so that a repeat of one is carried out once."""

Document = dict[str, Any]
Do = Callable[[Request, Mapping[str, str]], Document]


class Refusal(Exception):
    """status and a word; what is asked cannot be had."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status, self.word = status, word


class Shop:
    """What the shop knows. Orders by number, the rest in lists; saved whole after each change."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.known: Document = json.loads(file.read_text()) if file.exists() else _seeded()

    def save(self) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(self.known, ensure_ascii=False))
        new.replace(self._file)

    # ------------------------------------------------------------ asked

    def order(self, number: str, email: str) -> Document:
        """Only with the address it was ordered with: a number alone opens nothing."""
        found: Document | None = self.known["orders"].get(_number(number))
        if found is None or found["email"] != email.strip().lower():
            raise Refusal(404, "unknown_order")
        return found

    def orders_of(self, email: str) -> list[Document]:
        mine = [one for one in self.known["orders"].values() if one["email"] == email.strip().lower()]
        return sorted(mine, key=lambda one: str(one["number"]), reverse=True)

    def products(self, asked: str) -> list[Document]:
        """By a word of the name or the number; the whole catalogue for none."""
        words = asked.lower().split()
        return [
            one
            for one in self.known["products"]
            if all(word in f"{one['name']} {one['sku']}".lower() for word in words)
        ]

    def member(self, email: str) -> Document:
        found = next((one for one in self.known["members"] if one["email"] == email.strip().lower()), None)
        if found is None:
            raise Refusal(404, "no_member")
        return dict(found)

    def free_hours(self, day: str) -> list[Document]:
        wanted = _day(day)
        if wanted.weekday() == 6:
            return []
        taken = {(one["day"], one["hour"]) for one in self.known["appointments"] if one["state"] == "booked"}
        return [{"day": day, "hour": hour} for hour in HOURS if (day, hour) not in taken]

    # ------------------------------------------------------------ told

    def place(self, asked: Mapping[str, str]) -> Document:
        product = next((one for one in self.known["products"] if one["sku"] == asked.get("sku")), None)
        if product is None:
            raise Refusal(404, "unknown_product")
        count = _count(asked.get("count", "1"))
        if product["stock"] < count:
            raise Refusal(409, "sold_out")
        product["stock"] -= count
        number = f"LS-{20_000 + len(self.known['orders'])}"
        order = {
            "number": number,
            "email": asked.get("email", "").strip().lower(),
            "status": "packing",
            "items": [product["name"]] * count,
            "total": round(product["price"] * count, 2),
            "address": asked.get("address", ""),
            "ordered_on": _in_days(0),
            "due_on": _in_days(4),
            "tracking": "",
            "sku": product["sku"],
        }
        self.known["orders"][number] = order
        return order

    def cancel(self, number: str, asked: Mapping[str, str]) -> Document:
        order = self.order(number, asked.get("email", ""))
        if order["status"] not in ("packing", "cancelled"):
            raise Refusal(409, "on_its_way")
        for product in self.known["products"]:
            if order["status"] == "packing" and product["sku"] == order.get("sku"):
                product["stock"] += len(order["items"])
        order["status"] = "cancelled"
        return order

    def move(self, number: str, asked: Mapping[str, str]) -> Document:
        order = self.order(number, asked.get("email", ""))
        if order["status"] not in ("packing", "delayed"):
            raise Refusal(409, "on_its_way")
        order["before"], order["address"] = order["address"], asked.get("address", "")
        return order

    def take_back(self, asked: Mapping[str, str]) -> Document:
        order = self.order(asked.get("number", ""), asked.get("email", ""))
        if order["status"] != "delivered":
            raise Refusal(409, "not_delivered")
        if date.fromisoformat(order["due_on"]) < date.fromisoformat(_in_days(-RETURN_DAYS)):
            raise Refusal(409, "too_late")
        made = {
            "id": f"R-{3_000 + len(self.known['returns'])}",
            "number": order["number"],
            "reason": asked.get("reason", ""),
            "state": "open",
            "send_by": _in_days(14),
        }
        self.known["returns"].append(made)
        return made

    def book(self, asked: Mapping[str, str]) -> Document:
        day, hour = asked.get("day", ""), asked.get("hour", "")
        if not any(free["hour"] == hour for free in self.free_hours(day)):
            raise Refusal(409, "taken")
        made = {
            "id": f"A-{500 + len(self.known['appointments'])}",
            "day": day,
            "hour": hour,
            "email": asked.get("email", ""),
            "state": "booked",
        }
        self.known["appointments"].append(made)
        return made

    def call_off(self, kind: str, number: str) -> Document:
        found: Document | None = next((one for one in self.known[kind] if one["id"] == number), None)
        if found is None:
            raise Refusal(404, "unknown")
        found["state"] = "called_off"
        return found


def _seeded() -> Document:
    seed = tomllib.loads(SEED.read_text(encoding="utf-8"))
    orders = {}
    for order in seed["orders"]:
        order["ordered_on"] = _in_days(order.pop("ordered_days"))
        order["due_on"] = _in_days(order.pop("due_days"))
        orders[order["number"]] = order
    return {
        "products": seed["products"],
        "orders": orders,
        "members": seed["members"],
        "returns": [],
        "appointments": [],
    }


def _in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def _number(text: str) -> str:
    digits = "".join(character for character in text if character.isdecimal())
    return f"LS-{digits}"


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:4]) <= 100:
        raise Refusal(422, "bad_count")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(422, "bad_day") from None


# ---------------------------------------------------------------- over HTTP


def application(shop: Shop, token: str) -> Starlette:
    """The service's API. token: who does not show it gets 401."""
    repeats: dict[str, tuple[int, Document]] = {}

    def route(path: str, method: str, do: Do) -> Route:
        async def answer(request: Request) -> Response:
            if not secrets.compare_digest(request.headers.get("authorization", ""), f"Bearer {token}"):
                return JSONResponse({"error": "unauthorised"}, 401)
            once = request.headers.get("idempotency-key", "")
            if once in repeats:
                return JSONResponse(repeats[once][1], repeats[once][0])
            status, document = await _answered(request, do)
            if method != "GET":
                shop.save()
                if once:
                    repeats[once] = status, document
                    if len(repeats) > MOST_REPEATS:
                        repeats.pop(next(iter(repeats)))
            return JSONResponse(document, status)

        return Route(path, answer, methods=[method])

    return Starlette(
        routes=[
            route("/orders/{number}", "GET", lambda r, _: shop.order(r.path_params["number"], _email(r))),
            route("/orders", "GET", lambda r, _: {"orders": shop.orders_of(_email(r))}),
            route("/orders", "POST", lambda _, said: shop.place(said)),
            route("/orders/{number}/cancel", "POST", lambda r, said: shop.cancel(r.path_params["number"], said)),
            route("/orders/{number}/address", "PUT", lambda r, said: shop.move(r.path_params["number"], said)),
            route("/products", "GET", lambda r, _: {"products": shop.products(r.query_params.get("q", ""))}),
            route("/members", "GET", lambda r, _: shop.member(_email(r))),
            route("/returns", "POST", lambda _, said: shop.take_back(said)),
            route("/returns/{id}/cancel", "POST", lambda r, _: shop.call_off("returns", r.path_params["id"])),
            route("/hours", "GET", lambda r, _: {"hours": shop.free_hours(r.query_params.get("day", ""))}),
            route("/appointments", "POST", lambda _, said: shop.book(said)),
            route("/appointments/{id}/cancel", "POST", lambda r, _: shop.call_off("appointments", r.path_params["id"])),
            route("/password-resets", "POST", lambda _, said: {"sent": bool(said.get("email"))}),
        ]
    )


def _email(request: Request) -> str:
    return request.query_params.get("email", "")


async def _answered(request: Request, do: Do) -> tuple[int, Document]:
    try:
        said = json.loads(await request.body() or b"{}")
        if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
            raise Refusal(422, "bad_request")
        return 200, do(request, said)
    except ValueError:
        return 400, {"error": "bad_request"}
    except Refusal as refusal:
        return refusal.status, {"error": refusal.word}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopService:
    """Where it listens, and what to show it."""

    url: str
    token: str

    @property
    def environ(self) -> Mapping[str, str]:
        """As `config/demo/data_sources.toml` names them."""
        return {"DEMO_SHOP_URL": self.url, "DEMO_SHOP_TOKEN": self.token}


class _Beside(uvicorn.Server):
    """uvicorn that leaves signals to the program it runs in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def shop_service(folder: Path) -> AsyncIterator[ShopService]:
    """The service, listening on a free port of loopback until the block ends; what it knows is kept in the folder."""
    token = secrets.token_urlsafe(24)
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    config = uvicorn.Config(
        application(Shop(folder / "shop_service.json"), token), lifespan="off", log_config=None, access_log=False
    )
    server = _Beside(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="shop service")
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield ShopService(url=f"http://127.0.0.1:{listening.getsockname()[1]}", token=token)
    finally:
        server.should_exit = True
        await serving
