"""What a client knows: its snapshot, changed by every event since. The law: that is the snapshot fetched anew.

States are the snapshots themselves, as plain maps; lists are kept in an order that does not depend on how they came.
"""

from __future__ import annotations

from typing import Any

State = dict[str, Any]
Event = dict[str, Any]


def reduce(state: State, event: Event) -> None:
    """Change the state by one event."""
    kind = event["type"]
    if kind in ("snapshot", "customer.snapshot"):
        board = state.get("board")
        state.clear()
        state.update({name: fact for name, fact in event.items() if name not in ("type", "server_time")})
        if board is not None:
            state["board"] = board
    elif kind.startswith("board."):
        _board(state, event)
    elif "me" in state:
        _staff(state, event)
    else:
        _customer(state, event)
    for name in ("offers", "assignments"):
        if name in state:
            state[name].sort(key=lambda each: each["work_item"]["work_item_id"])


def _work(state: State, item: str) -> list[State]:
    return [each for each in state["assignments"] if each["work_item"]["work_item_id"] == item]


def _staff(state: State, event: Event) -> None:
    match event["type"]:
        case "offer.created":
            _without(state["offers"], "offer_id", event["offer"]["offer_id"])
            state["offers"].append(event["offer"])
        case "offer.closed":
            _without(state["offers"], "offer_id", event["offer_id"])
        case "item.assigned":
            _drop_item(state, event["assignment"]["work_item"]["work_item_id"])
            state["assignments"].append(event["assignment"])
        case "item.wrap_up":
            for assignment in _work(state, event["work_item_id"]):
                assignment.update(state="wrap_up", wrap_up_until=event["until"])
        case "item.paused":
            for assignment in _work(state, event["work_item_id"]):
                assignment.update(state="paused", units=event["units"])
        case "item.resumed":
            for assignment in _work(state, event["work_item_id"]):
                assignment.update(state="assigned", units=assignment["work_item"]["weight"])
        case "item.closed":
            _drop_item(state, event["work_item_id"])
        case "presence.changed":
            names = ("status", "status_since", "reachability", "status_by", "next_status")
            state["me"] |= {name: event[name] for name in names} | {"status_reason": event["reason"]}
        case "profile.changed":
            state["me"] |= {name: event[name] for name in ("skills", "queues")}
        case "notice.posted":
            pass
        case "load.changed":
            state["me"] |= {name: event[name] for name in ("units_held", "units_limit")}
        case "call.changed":
            _call(state, event["call"])
        case "call.closed":
            _without(state["calls"], "call_id", event["call_id"])
        case "customer.presence":
            for assignment in state["assignments"]:
                if assignment["conversation"]["conversation_id"] == event["conversation_id"]:
                    assignment["customer_online"] = event["online"]
        case _:
            for assignment in state["assignments"]:
                _conversation(assignment["conversation"], event)


def _call(state: State, call: Event) -> None:
    known = next((known for known in state["calls"] if known["call_id"] == call["call_id"]), None)
    if known is None or known["version"] <= call["version"]:
        _without(state["calls"], "call_id", call["call_id"])
        state["calls"].append(call)
        state["calls"].sort(key=lambda each: str(each["call_id"]))


def _customer(state: State, event: Event) -> None:
    current = state["conversation"] or {}
    match event["type"]:
        case "conversation.started":
            state |= {"conversation": event["conversation"], "queue": None, "agent": None}
            state["customer"] |= {"language": event["conversation"]["language"]}
        case "queue.changed" if event["conversation_id"] == current.get("conversation_id"):
            state["queue"] = event["queue"]
        case "agent.changed" if event["conversation_id"] == current.get("conversation_id"):
            state["agent"] = event["agent"]
        case "conversation.closed" if event["conversation_id"] == current.get("conversation_id"):
            _conversation(current, event)
            state |= {"queue": None, "agent": None}
        case _:
            if current:
                _conversation(current, event)


def _conversation(conversation: State, event: Event) -> None:
    about = event["message"] if event["type"] in ("message.created", "message.changed") else event
    if about.get("conversation_id") != conversation["conversation_id"]:
        return
    match event["type"]:
        case "message.created":
            if all(known["n"] != about["n"] for known in conversation["messages"]):
                conversation["messages"].append(about)
                conversation["messages"].sort(key=lambda message: message["n"])
            conversation["last_n"] = max(conversation["last_n"], about["n"])
        case "message.changed":
            for known in conversation["messages"]:
                if known["n"] == about["n"]:
                    known.update(about | {"delivery": known["delivery"]})
        case "delivery.changed":
            for known in conversation["messages"]:
                if known["n"] == event["n"]:
                    known["delivery"] = event["delivery"]
        case "receipts.changed":
            conversation["receipts"] = event["receipts"]
        case "conversation.closed":
            conversation |= {"state": "closed", "closed_at": event["closed_at"]}
        case "conversation.rated":
            conversation["rating"] = event["rating"]
        case "typing.shown":
            pass
        case unknown:
            raise AssertionError(f"the reducer does not know {unknown}")


def _board(state: State, event: Event) -> None:
    if event["type"] == "board.snapshot":
        state["board"] = {"agents": {}, "queues": {}}
    board = state["board"]
    for gone in event.get("agents_removed", ()):
        board["agents"].pop(gone, None)
    board["agents"] |= {agent["agent_id"]: agent for agent in event["agents"]}
    board["queues"] |= {queue["name"]: queue for queue in event["queues"]}


def _without(entries: list[Any], name: str, value: str) -> None:
    entries[:] = [entry for entry in entries if entry[name] != value]


def _drop_item(state: State, work_item_id: str) -> None:
    state["assignments"] = [each for each in state["assignments"] if each["work_item"]["work_item_id"] != work_item_id]
