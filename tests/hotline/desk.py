"""Somebody of staff in front of the agent client: takes what is offered, sees calls change, says what is to be done."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from loadtest.address import Address
from loadtest.client import Client, CommandRefused, Endpoint, strict_staff
from loadtest.http import sign_in
from router.protocol import base, staff
from router.protocol import call as calling
from router.protocol.records import Assignment, Offer
from tests.hotline.centre import PASSWORD, email

SOON_S = 40.0
"""By then a call of which a word was lost has been looked at."""
THINK_S = 0.05
MOST_TRIES = 20

Took = Callable[["Desk", Assignment], None]
Talks = Callable[["Desk", calling.Call], None]


@dataclass(slots=True, kw_only=True)
class Desk:
    """took: told of every item that becomes this person's; talks: of every call of theirs that connects.

    outcomes: of calls they were part of, as they were closed. crowded: what they held when it was more than one item.
    """

    staff_id: str
    took: Took
    talks: Talks
    offers: dict[str, Offer] = field(default_factory=dict)
    items: dict[str, Assignment] = field(default_factory=dict)
    wrapping_up: set[str] = field(default_factory=set)
    calls: dict[str, calling.Call] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    crowded: list[str] = field(default_factory=list)
    client: Client[staff.StaffEvent] = field(init=False)
    _seen: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def sign_in(self, address: Address, *, status: str = "available") -> None:
        cookie = await sign_in(address, email(self.staff_id), PASSWORD)
        self.client = Client(
            Endpoint(address=address, path="/ws/agent", device_id=f"desk-{self.staff_id}", session_cookie=cookie),
            read=strict_staff,
            on_event=self._on_event,
            complain=self.complaints.append,
            chance=Random(self.staff_id),
        )
        await self.client.start()
        await self.client.ask(staff.SetStatus, status=status)

    async def leave(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await self.client.close()

    async def does(self, call: str, right: str, command: type[base.Command], **facts: Any) -> Any:
        """Once this person may do it with a call. Raises TimeoutError, CommandRefused."""
        await self.until(lambda: right in self.rights(call))
        if "client_id" in command.__struct_fields__:
            facts = {"client_id": secrets.token_hex(8)} | facts
        return await self.client.ask(command, **facts)

    def rights(self, call_id: str) -> list[str]:
        known = self.calls.get(call_id)
        return list(known.actions) if known is not None else []

    def state(self, call_id: str) -> str:
        known = self.calls.get(call_id)
        return known.state if known is not None else "gone"

    def notice(self, call_id: str) -> str:
        known = self.calls.get(call_id)
        return known.notice if known is not None else ""

    async def until(self, holds: Callable[[], object], within_s: float = SOON_S) -> None:
        async with asyncio.timeout(within_s):
            while not holds():
                self._seen.clear()
                await self._seen.wait()

    # What is shown

    def _on_event(self, event: staff.StaffEvent) -> None:
        match event:
            case staff.StaffSnapshot():
                self._anew(event)
                self._stay(event.me.status)
            case staff.PresenceChanged():
                self._stay(event.status)
            case staff.OfferCreated(offer=offer):
                self.offers[offer.offer_id] = offer
                self._spawn(self._accept(offer))
            case staff.OfferClosed():
                self.offers.pop(event.offer_id, None)
            case staff.ItemAssigned(assignment=assignment):
                self._assigned(assignment)
            case staff.ItemWrapUp():
                self._wrap_up(event.work_item_id)
            case staff.ItemClosed():
                self.items.pop(event.work_item_id, None)
                self.wrapping_up.discard(event.work_item_id)
            case calling.CallChanged(call=call):
                self._changed(call)
            case calling.CallClosed():
                self.calls.pop(event.call_id, None)
                if event.outcome:
                    self._ended(event.call_id, event.outcome)
            case _:
                pass
        self._seen.set()

    def _anew(self, event: staff.StaffSnapshot) -> None:
        """After signing in, and after an absence in which anything may have happened."""
        now = {each.work_item.work_item_id: each for each in event.assignments}
        self.offers = {offer.offer_id: offer for offer in event.offers}
        self.items = {item: each for item, each in self.items.items() if item in now}
        self.wrapping_up &= self.items.keys()
        there = {each.call_id for each in event.calls}
        self.calls = {call_id: call for call_id, call in self.calls.items() if call_id in there}
        for each in event.assignments:
            self._assigned(each)
            if each.state == "wrap_up":
                self._wrap_up(each.work_item.work_item_id)
        for call in event.calls:
            self._changed(call)
        for offer in event.offers:
            self._spawn(self._accept(offer))

    def _assigned(self, assignment: Assignment) -> None:
        item = assignment.work_item.work_item_id
        known = item in self.items
        self.items[item] = assignment
        if len(self.items) > 1:
            self.crowded.append(", ".join(self.told(each) for each in self.items))
        if not known:
            self.took(self, assignment)

    def is_at(self, item: str) -> bool:
        """Whether it is theirs and not in wrap-up."""
        return item in self.items and item not in self.wrapping_up

    def told(self, item: str) -> str:
        preview = self.items[item].work_item.preview
        return f"{item} ({preview}, {'wrap-up' if item in self.wrapping_up else self.items[item].state})"

    def _wrap_up(self, item: str) -> None:
        if item in self.items and item not in self.wrapping_up:
            self.wrapping_up.add(item)
            self._spawn(self.complete(item))

    def _changed(self, call: calling.Call) -> None:
        before = self.calls.get(call.call_id)
        if before is not None and before.version > call.version:
            return
        self.calls[call.call_id] = call
        if call.state == "ended":
            self._ended(call.call_id, call.outcome)
        connects = call.state == "talking" and (before is None or before.state in ("queued", "dialing", "connecting"))
        if connects and call.work_item_id in self.items:
            self.talks(self, call)

    def _ended(self, call_id: str, outcome: str) -> None:
        known = self.outcomes.setdefault(call_id, outcome)
        if known != outcome:
            self.complaints.append(f"{call_id} ended {known} and then {outcome}")

    # What they do

    def _stay(self, status: str) -> None:
        """Who is set away for an offer they missed says that they are here."""
        if status == "away":
            self._spawn(self._back())

    async def _back(self) -> None:
        await asyncio.sleep(THINK_S)
        await self.client.ask(staff.SetStatus, status="available")

    async def _accept(self, offer: Offer) -> None:
        await asyncio.sleep(THINK_S)
        try:
            await self.client.ask(staff.AcceptOffer, offer_id=offer.offer_id)
        except CommandRefused as refused:
            if refused.code not in ("offer_expired", "unknown_offer", "offer_taken", "not_yours"):
                self.complaints.append(str(refused))

    async def complete(self, item: str) -> None:
        for _ in range(MOST_TRIES):
            try:
                await self.client.ask(staff.Complete, work_item_id=item, disposition="resolved")
            except CommandRefused as refused:
                if refused.code in ("unknown_work_item", "not_yours"):
                    return
                await asyncio.sleep(THINK_S)
            else:
                return
        self.complaints.append(f"{item} could not be completed")

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(self._quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, work: Any) -> None:
        with suppress(asyncio.CancelledError):
            try:
                await work
            except Exception as error:
                self.complaints.append(f"{self.staff_id}: {error!r}")
