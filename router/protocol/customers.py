"""Customers over all channels: found, looked at, merged, exported, erased (endpoint `/ws/agent`).

A customer is all that came to us in the ways that are one person: `records`. Each command takes the id of any of them;
the card's customer_id is the head's, which stands for all. Who looks at a customer is written down.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from router.core.identity import Proof, Stage
from router.core.words import Ms
from router.protocol.base import Command, Id, Record, Result
from router.protocol.call import LoggedCall
from router.protocol.case_records import Case
from router.protocol.records import Conversation, CustomerCard

Page = Annotated[int, Meta(ge=1, le=100)]
Name = Annotated[str, Meta(max_length=200)]
Query = Annotated[str, Meta(max_length=200)]
Claimable = Literal["phone", "email", "order"]
SearchKind = Literal["customer", "case", "conversation", "message"]

# ---------------------------------------------------------------- records


class KnownIdentity(Record, frozen=True, kw_only=True):
    """kind: phone, email, member (an account at a site, "<widget account>:<id>"), order, or a messenger.

    proof: said: somebody said so; shown: the channel shows it, but it can be made up; channel: the provider knows its
    user; signed: the site they are signed in at vouches for it. customer_id: the record it belongs to.
    """

    kind: str
    value: str
    proof: Proof
    customer_id: str
    at: Ms


class CustomerRecord(Record, frozen=True, kw_only=True):
    """One of those who are this customer. merged_into: "" of the head. merged_by: a colleague's name; "": an identity
    of kind merged_kind proved it."""

    customer_id: str
    name: str
    email: str
    created_at: Ms
    merged_into: str = ""
    merged_by: str = ""
    merged_kind: str = ""
    merged_at: Ms | None = None


class SuggestedMerge(Record, frozen=True, kw_only=True):
    """Two customers who may be one: they share this identity. kind, value: as of an identity."""

    one: CustomerCard
    other: CustomerCard
    kind: str
    value: str
    at: Ms


class CustomerFound(Record, frozen=True, kw_only=True):
    card: CustomerCard
    stage: Stage
    identities: list[KnownIdentity]
    created_at: Ms


class Fact(Record, frozen=True, kw_only=True):
    """label: in the reader's language, else the fact's name."""

    label: str
    value: str


class SourceFacts(Record, frozen=True, kw_only=True):
    """What a data source knows of a customer: orders, loyalty …; unavailable: it does not answer now."""

    source: str
    title: str
    state: Literal["found", "missing", "refused", "unavailable"]
    rows: list[list[Fact]]


class Sighting(Record, frozen=True, kw_only=True):
    """Who saw or changed a customer. action: customer.seen, customer.merge … ; by: their name."""

    at: Ms
    by: str
    action: str


class SearchHit(Record, frozen=True, kw_only=True):
    """kind: what it is; id: the customer's, case's or conversation's; n: the message's, or the
    case's number. title: whose it is.

    snippet: the line that fits. customer_id: the head's.
    """

    kind: str
    id: str
    n: int
    customer_id: str
    title: str
    snippet: str
    at: Ms


class TimelineConversation(Record, frozen=True, kw_only=True, tag="conversation", tag_field="type"):
    """With its newest messages."""

    at: Ms
    customer_id: str
    conversation: Conversation


class TimelineCall(Record, frozen=True, kw_only=True, tag="call", tag_field="type"):
    at: Ms
    customer_id: str
    call: LoggedCall


class TimelineCase(Record, frozen=True, kw_only=True, tag="case", tag_field="type"):
    at: Ms
    customer_id: str
    case: Case


class TimelineMerge(Record, frozen=True, kw_only=True, tag="merge", tag_field="type"):
    """A record was merged into another; by: a colleague's name, "" when an identity proved it."""

    at: Ms
    customer_id: str
    into_id: str
    by: str


TimelineEntry = TimelineConversation | TimelineCall | TimelineCase | TimelineMerge

# ---------------------------------------------------------------- commands


class FindCustomers(Command, tag="customers.find", frozen=True, kw_only=True):
    """Customers by beginnings of their name, e-mail address, number …, best first; "": the newest. Answered by
    `customers`."""

    query: Query = ""
    limit: Page = 30


class FetchCustomer(Command, tag="customer.fetch", frozen=True, kw_only=True):
    """Answered by `customer`. Errors: unknown_customer, not_yours."""

    customer_id: Id


class FetchFacts(Command, tag="customer.facts", frozen=True, kw_only=True):
    """What data sources know of them, in time or `unavailable`. Answered by `customer_facts`. Errors: as above."""

    customer_id: Id


class FetchTimeline(Command, tag="customer.timeline", frozen=True, kw_only=True):
    """Everything there was with a customer, newest first. before: `next` of the page before; "": from the newest.

    Answered by `timeline`. Errors: unknown_customer, not_yours, bad_value (before).
    """

    customer_id: Id
    before: Annotated[str, Meta(max_length=200)] = ""
    limit: Page = 20


class DescribeCustomer(Command, tag="customer.describe", frozen=True, kw_only=True):
    """What staff call a customer, and their language; "" leaves it. The customer sees the name they gave themselves.

    Answered by `customer`.
    Errors: unknown_customer, not_yours, bad_value.
    """

    customer_id: Id
    name: Name = ""
    language: Annotated[str, Meta(pattern=r"^([a-z]{2})?$")] = ""


class ClaimIdentity(Command, tag="customer.claim", frozen=True, kw_only=True):
    """Note a number, address or order the customer says is theirs.

    It proves nothing; who has it too is suggested as the same customer. Answered by `customer`.
    Errors: unknown_customer, not_yours, bad_value, bad_number.
    """

    customer_id: Id
    kind: Claimable
    value: Annotated[str, Meta(min_length=1, max_length=200)]


class MergeCustomers(Command, tag="customer.merge", frozen=True, kw_only=True):
    """These two are one person; kept: whose name is shown. Answered by `customer`; again changes nothing.

    Errors: unknown_customer, not_yours.
    """

    kept_id: Id
    other_id: Id


class PartCustomers(Command, tag="customer.unmerge", frozen=True, kw_only=True):
    """Take a merge back: this record is a customer of its own again, with all that was and came to be its own.

    What was merged into it stays with it. Answered by `customer` of it.
    Errors: unknown_customer, not_merged, not_yours.
    """

    customer_id: Id


class RefuseMerge(Command, tag="merge.refuse", frozen=True, kw_only=True):
    """These two are not one person, and are never suggested again.

    Errors: unknown_customer, not_yours, bad_value (one and the same).
    """

    one_id: Id
    other_id: Id


class FetchSuggestions(Command, tag="merges.fetch", frozen=True, kw_only=True):
    """Customers who may be one, newest first. Answered by `merges`."""

    limit: Page = 50


class FetchSightings(Command, tag="customer.sightings", frozen=True, kw_only=True):
    """Who saw and changed a customer, newest first. Supervisors only. Answered by `sightings`.

    Errors: unknown_customer, wrong_role.
    """

    customer_id: Id
    limit: Page = 50


class EraseCustomer(Command, tag="customer.erase", frozen=True, kw_only=True):
    """Names, identities, words and files go for good, soon; that there were conversations stays. Supervisors only.

    even_open: conversations that are open are erased too. Errors: unknown_customer, customer_busy, wrong_role.
    """

    customer_id: Id
    even_open: bool = False


class Search(Command, tag="search", frozen=True, kw_only=True):
    """Whatever has these words; the last may be a beginning. kinds: none is all. Answered by `found`."""

    query: Query
    kinds: Annotated[list[SearchKind], Meta(max_length=4)] = field(default_factory=list)
    limit: Page = 20


CustomerCommand = (
    FindCustomers
    | FetchCustomer
    | FetchFacts
    | FetchTimeline
    | DescribeCustomer
    | ClaimIdentity
    | MergeCustomers
    | PartCustomers
    | RefuseMerge
    | FetchSuggestions
    | FetchSightings
    | EraseCustomer
    | Search
)

# ---------------------------------------------------------------- results


class Customers(Result, tag="customers", frozen=True, kw_only=True):
    customers: list[CustomerFound]


class CustomerPage(Result, tag="customer", frozen=True, kw_only=True):
    """records: the head first. open: conversations that are open now. erasing: their data is on its way out.

    erasing_stuck: that failed more than once; it is tried again, and whoever runs the centre should look.
    """

    card: CustomerCard
    stage: Stage
    created_at: Ms
    identities: list[KnownIdentity]
    records: list[CustomerRecord]
    suggested: list[SuggestedMerge]
    open: int
    erasing: bool
    erasing_stuck: bool


class CustomerFacts(Result, tag="customer_facts", frozen=True, kw_only=True):
    sources: list[SourceFacts]


class Timeline(Result, tag="timeline", frozen=True, kw_only=True):
    """next: where the next page begins; "": this was the last."""

    entries: list[TimelineEntry]
    next: str


class SuggestedMerges(Result, tag="merges", frozen=True, kw_only=True):
    suggested: list[SuggestedMerge]


class Sightings(Result, tag="sightings", frozen=True, kw_only=True):
    sightings: list[Sighting]


class Found(Result, tag="found", frozen=True, kw_only=True):
    """Customers first, then what is newest."""

    hits: list[SearchHit]


CustomerResult = Customers | CustomerPage | CustomerFacts | Timeline | SuggestedMerges | Sightings | Found
