"""The words of the house as types; meanings are in docs/glossary.md.

Ids are opaque strings, at most 64 characters of [A-Za-z0-9_.:-], so that they can be key parts in the store.
"""

from __future__ import annotations

from typing import Literal, NewType

AgentId = NewType("AgentId", str)
CustomerId = NewType("CustomerId", str)
ConversationId = NewType("ConversationId", str)
WorkItemId = NewType("WorkItemId", str)
OfferId = NewType("OfferId", str)
LaneId = NewType("LaneId", str)
PlanId = NewType("PlanId", str)
"""A plan; or a lane, for a plan that is one lane for ever."""
ProfileId = NewType("ProfileId", str)
DeviceId = NewType("DeviceId", str)
"""One open socket of an agent: a browser tab, a softphone."""

Ms = int
"""Milliseconds: of store time since 1970 when named `…_at`, a duration when named `…_ms`."""
Units = int
"""An agent's attention; the whole of it is usually 100."""

Channel = str
"""webchat, voice, sms, whatsapp, messenger, instagram, telegram, viber, email, webform, manual or case."""

CHANNELS: tuple[Channel, ...] = (
    "webchat",
    "voice",
    "sms",
    "whatsapp",
    "messenger",
    "instagram",
    "telegram",
    "viber",
    "email",
    "webform",
    "manual",
    "case",
)

Reachability = Literal["connected", "grace", "gone"]
ItemState = Literal["waiting", "offered", "assigned", "paused", "wrap_up", "closed"]
ChoiceModel = Literal["longest_idle", "least_loaded", "most_available", "best_fit", "round_robin"]
ItemOrder = Literal["continuous", "strict"]
Role = Literal["customer", "agent", "supervisor", "admin"]
