"""Where routing puts a caller: the queue by the rules, or what is done while it is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from router.core.call.draft import Place, Shut
from router.core.call.state import Call
from router.core.policy import WhenClosed
from router.core.rules import Routed
from router.engine import arrivals, closed_queues, lanes
from router.engine.centre import Centre
from router.engine.closed_queues import Decided
from router.store.postgres.customers import Customer

CHANNEL = "voice"
_SHUT: dict[str, Shut] = {"message": "voicemail", "callback": "callback", "announce": "announce"}
"""By what the policy does when the queue is closed; everything else waits."""


def placing(centre: Centre, customer: Customer | None) -> Callable[[Call], Place]:
    """customer: as far as rules may speak of them."""

    def place(call: Call) -> Place:
        decided = decide(centre, call, customer)
        if decided.shut is None:
            return Place(queue=decided.routed.demand.queue)
        rule: WhenClosed = decided.shut.rule
        return Place(
            queue=decided.routed.demand.queue,
            shut=_SHUT.get(rule.action, ""),
            text=rule.text.get(call.language, ""),
        )

    return place


def decide(centre: Centre, call: Call, customer: Customer | None) -> Decided:
    """The rules' word; where no rule decides, the menu's."""
    routed = routed_by_rules(centre, call, customer)
    if routed.rule is None and call.queue in centre.policy.queues and routed.demand.queue != call.queue:
        demand = lanes.in_queue(centre.policy, routed.demand, call.queue)
        routed = replace(routed, demand=demand)
    return closed_queues.decide(centre, routed)


def learnt(call: Call) -> dict[str, object]:
    """What a bot that answered first found out, for rules."""
    talk = call.bot.talk if call.bot is not None else None
    if talk is None:
        return {}
    return {"details": talk.plain_details} | ({"intent": talk.intent} if talk.intent else {})


def routed_by_rules(centre: Centre, call: Call, customer: Customer | None) -> Routed:
    known = customer.known if customer is not None else {}
    attributes = {
        "channel": CHANNEL,
        "account": call.account,
        "department": call.queue,
        "language": call.language,
        "page_url": "",
        "text": call.first_words,
        "customer": {**known, "phone": call.number},
        **learnt(call),
    }
    return arrivals.routed_by_rules(centre, attributes)
