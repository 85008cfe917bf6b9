"""What a transition answers: one code, the same in the store functions, the reference model and the façade."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Every code but `ok` means that nothing changed and no event was written."""

    OK = "ok"
    """Done, now or by an earlier repeat of the same call."""
    EXISTS = "exists"
    """enqueue: the item is already open; the first call won."""
    OFFER_EXPIRED = "offer_expired"
    """The offer is over; the work item has moved on."""
    NOT_YOURS = "not_yours"
    """The offer or item belongs to another agent."""
    WRONG_STATE = "wrong_state"
    """The item is open, but not in a state that allows this."""
    ITEM_CLOSED = "item_closed"
    AGENT_UNAVAILABLE = "agent_unavailable"
    """By hand to an agent who is not connected, is offline or has as many offers ringing as they may."""
    AGENT_GONE = "agent_gone"
    """A status was set for an agent who is not signed in."""
    UNKNOWN_ITEM = "unknown_item"
    UNKNOWN_OFFER = "unknown_offer"
    UNKNOWN_AGENT = "unknown_agent"
    UNKNOWN_STATUS = "unknown_status"
    UNKNOWN_LANE = "unknown_lane"
    UNKNOWN_PROFILE = "unknown_profile"
    TOO_MANY = "too_many"
    """A bound is reached: devices of an agent, definitions of a shard."""
    BAD_REQUEST = "bad_request"
    """An argument is out of its range or not an id."""
    STORE_EMPTY = "store_empty"
    """The store was wiped or is being rebuilt: rebuild it from the journal, then try again."""
