"""Telling receivers over HTTP: signed, in time, and never inside our own network by mistake (`adapters/outside.py`)."""

from __future__ import annotations

import httpx

from adapters.exchange import not_taken
from adapters.outside import Forbidden, Outside, Resolve, resolve
from router.core.outbound import Refused, TryAgain
from router.core.receiver import Receiver, headers
from router.core.words import Ms

MOST_ANSWER_BYTES = 65_536


class HttpTeller:
    """A `router.engine.notices.Teller`. resolve: names to addresses."""

    def __init__(self, http: httpx.AsyncClient, resolve: Resolve = resolve) -> None:
        self._outside = Outside(http, resolve)

    async def tell(self, receiver: Receiver, notice_id: str, body: bytes, *, at: Ms) -> None:
        """Raises TryAgain for time-outs, 429 and 5xx; Refused for any other answer but a success."""
        try:
            reply = await self._outside.exchange(
                "POST",
                receiver.url,
                internal=receiver.internal,
                within_s=receiver.within_s,
                most_bytes=MOST_ANSWER_BYTES,
                headers=headers(receiver, notice_id, body, at_s=at // 1_000),
                content=body,
            )
        except Forbidden:
            raise Refused("forbidden_address", "its name leads into our own network") from None
        except TimeoutError:
            raise TryAgain("no_answer", f"no answer within {receiver.within_s:g} s") from None
        except OSError as error:
            raise TryAgain("unreachable", f"it cannot be reached ({type(error).__name__})") from None
        except (ValueError, httpx.InvalidURL):
            raise Refused("bad_address", "its address is not one") from None
        if not 200 <= reply.status < 300:
            raise not_taken(reply)
