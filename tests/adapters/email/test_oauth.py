"""Mailboxes without passwords: access tokens are asked for once while they last, and let in at IMAP and SMTP."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator

import httpx
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from adapters.email.arrival import Arrival
from adapters.email.oauth import Grant, Tokens
from adapters.email.options import Server
from adapters.email.poll import MailboxOptions, Poller, Position, Positions, WrongLogin
from adapters.email.render import From
from adapters.email.send import SmtpSender
from router.core.outbound import OutboundMessage, Refused, TryAgain
from tests.adapters.email.dovecot import dovecot
from tests.adapters.email.mails import raw
from tests.simulators.stand_in import Said, Seen, StandIn, running

USER, TOKEN = "help@shop.example", "token-1"
MESSAGE = OutboundMessage(id="1", recipient="ann@example.org", text="Hello.")


def provider(seen: Seen) -> Said:
    """Gives tokens for the right secret, and says of a token whether it is one."""
    if seen.path == "/introspect":
        return Said(document={"active": seen.asked.get("token") == TOKEN, "username": USER})
    if seen.asked.get("client_secret") != "secret":
        return Said(status=401, document={"error": "invalid_client"})
    return Said(document={"access_token": TOKEN, "expires_in": 3_600, "token_type": "Bearer"})


@pytest.fixture
async def tokens() -> AsyncIterator[StandIn]:
    made = StandIn(answer=provider)
    async with running(made):
        yield made


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        yield client


def grant(tokens: StandIn, *, secret: str = "secret", refresh: str = "") -> Grant:
    return Grant(
        url=f"{tokens.url}/token",
        client_id="usher",
        client_secret=secret,
        refresh=refresh,
        scope="https://mail.example/",
    )


async def test_a_token_is_asked_for_once_while_it_lasts(tokens: StandIn, http: httpx.AsyncClient) -> None:
    keeper = Tokens(grant(tokens), http)
    assert await asyncio.gather(*(keeper.token() for _ in range(5))) == [TOKEN] * 5
    (seen,) = tokens.seen
    assert seen.asked == {
        "grant_type": "client_credentials",
        "client_id": "usher",
        "client_secret": "secret",
        "scope": "https://mail.example/",
    }


async def test_a_refresh_token_is_used_where_there_is_one(tokens: StandIn, http: httpx.AsyncClient) -> None:
    await Tokens(grant(tokens, refresh="again"), http).token()
    assert (tokens.seen[0].asked["grant_type"], tokens.seen[0].asked["refresh_token"]) == ("refresh_token", "again")


async def test_a_token_that_is_soon_over_is_asked_for_anew(tokens: StandIn, http: httpx.AsyncClient) -> None:
    keeper = Tokens(grant(tokens), http)
    tokens.faults.append(Said(document={"access_token": "short", "expires_in": 60}))
    assert [await keeper.token(), await keeper.token(), await keeper.token()] == ["short", TOKEN, TOKEN]


async def test_a_provider_who_gives_none_is_told_from_one_who_cannot_now(
    tokens: StandIn, http: httpx.AsyncClient
) -> None:
    with pytest.raises(Refused, match="invalid_client"):
        await Tokens(grant(tokens, secret="wrong"), http).token()
    tokens.faults.append(Said(status=503))
    with pytest.raises(TryAgain, match="no_token"):
        await Tokens(grant(tokens), http).token()
    for nonsense in (Said(content=b"<html>"), Said(document=[1]), Said(document={"access_token": 7})):
        tokens.faults.append(nonsense)
        with pytest.raises(Refused, match="not_configured"):
            await Tokens(grant(tokens), http).token()


async def test_mails_are_fetched_with_a_token_and_not_with_another(tokens: StandIn, http: httpx.AsyncClient) -> None:
    kept: list[Arrival] = []

    async def keep(arrival: Arrival) -> None:
        kept.append(arrival)

    async def nowhere(mailbox: str) -> Position | None:
        return None

    async def forget(mailbox: str, position: Position) -> None:
        return

    async def wrong() -> str:
        return "another"

    async with dovecot(introspection=f"{tokens.url}/introspect") as imap:
        imap.put(raw())
        server = Server(host="127.0.0.1", port=imap.port, tls="none", user=USER)
        for token in (Tokens(grant(tokens), http).token, wrong, Tokens(grant(tokens, secret="wrong"), http).token):
            poller = Poller(
                MailboxOptions(name="help", server=server, token=token),
                deliver=keep,
                positions=Positions(load=nowhere, keep=forget),
            )
            if not kept:
                assert await poller.once() == 1
            else:
                with pytest.raises(WrongLogin):
                    await poller.once()
    assert len(kept) == 1


class Door:
    """A submission server that takes access tokens only."""

    def __init__(self) -> None:
        self.took = 0

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802
        wanted = f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01".encode()
        if base64.b64decode(arguments[1]) == wanted:
            return AuthResult(success=True, auth_data=USER)
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        self.took += 1
        return "250 OK"


async def test_answers_are_handed_over_with_a_token_and_not_with_another(
    tokens: StandIn, http: httpx.AsyncClient
) -> None:
    async def wrong() -> str:
        return "another"

    door = Door()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(door, auth_require_tls=False), "127.0.0.1", 0)
    address = Server(host="127.0.0.1", port=server.sockets[0].getsockname()[1], tls="none", user=USER)
    shop = From(address=USER)
    try:
        await SmtpSender(address, shop, token=Tokens(grant(tokens), http).token).send(MESSAGE)
        with pytest.raises(Refused, match="not_configured"):
            await SmtpSender(address, shop, token=wrong).send(MESSAGE)
    finally:
        server.close()
    assert door.took == 1
