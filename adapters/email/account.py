"""What an e-mail account is configured with: its servers, whom it speaks as, whose forwards it believes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args

from adapters.email.oauth import Grant
from adapters.email.options import Server, Tls
from adapters.email.render import ADDRESS, From
from adapters.form import Account, Option
from router.core.outbound import Refused

OPTIONS = (
    Option(name="imap_host", doc="Where mails are fetched; without it they come by SMTP only.", required=False),
    Option(name="imap_port", doc="993 unless said otherwise; 143 with starttls.", required=False),
    Option(name="imap_tls", doc="tls, starttls or none; none is for servers beside us.", required=False),
    Option(name="imap_user", doc="The address unless said otherwise.", required=False),
    Option(name="imap_password", doc="Of that user.", secret=True, required=False),
    Option(name="folder", doc="The folder that is read, INBOX unless said otherwise.", required=False),
    Option(name="smtp_host", doc="Where answers are handed over."),
    Option(name="smtp_port", doc="465 unless said otherwise; 587 with starttls.", required=False),
    Option(name="smtp_tls", doc="tls, starttls or none; none is for servers beside us.", required=False),
    Option(name="smtp_user", doc="The address unless said otherwise; - where nobody signs in.", required=False),
    Option(name="smtp_password", doc="Of that user; the one of IMAP unless there is one.", secret=True, required=False),
    Option(name="oauth_url", doc="Where access tokens are had, for providers without passwords.", required=False),
    Option(name="oauth_client", doc="The program as that provider knows it.", required=False),
    Option(name="oauth_scope", doc="What the token is for.", required=False),
    Option(name="oauth_secret", doc="Of the program.", secret=True, required=False),
    Option(name="oauth_refresh", doc="A refresh token; without it the program asks for itself.", secret=True,
           required=False),
    Option(name="ca_file", doc="Whom to trust beside the system's authorities.", required=False),
    Option(name="name", doc="Of the centre: what stands beside its address.", required=False),
    Option(name="aliases", doc="Other addresses of the mailbox, with commas between.", required=False),
    Option(name="signature", doc="Below every answer; {agent} is who writes it.", required=False),
    Option(name="acknowledgement", doc="What senders are told at once, once a day.", required=False),
    *(
        Option(name=f"acknowledgement_{language}", doc="The same in their language.", required=False)
        for language in ("en", "pl", "ru", "el", "de")
    ),
    Option(name="forwarders", doc="Whose forwards count as the original's sender's: addresses, @domains; ours do.",
           required=False),
    Option(name="most_an_hour", doc="Conversations one sender may begin in an hour; 20 unless said otherwise.",
           required=False),
)  # fmt: skip
PORTS: Mapping[str, Mapping[Tls, int]] = {
    "imap": {"tls": 993, "starttls": 143, "none": 143},
    "smtp": {"tls": 465, "starttls": 587, "none": 25},
}


def checked(account: Account) -> None:
    """Raises Refused `not_configured`, saying what is missing or misspelt."""
    known = {option.name for option in OPTIONS if not option.secret}
    if unknown := sorted(set(account.options) - known):
        raise _wrong(account, f"unknown option {unknown[0]!r}")
    if not ADDRESS.fullmatch(account.address):
        raise _wrong(account, f"{account.address!r} is no e-mail address")
    if not account.options.get("smtp_host"):
        raise _wrong(account, "the option smtp_host is missing")
    if not account.options.get("most_an_hour", "1").isdecimal():
        raise _wrong(account, "most_an_hour is a number")
    if not account.options.get("oauth_url", "https://").startswith(("https://", "http://127.0.0.1:")):
        raise _wrong(account, "oauth_url is no address with https")
    submission(account)
    mailbox(account)


def submission(account: Account) -> Server:
    """Where answers are handed over."""
    return _server(account, "smtp", account.secret("smtp_password") or account.secret("imap_password"))


def mailbox(account: Account) -> Server | None:
    """Where mails are fetched; None: they come by SMTP only."""
    return _server(account, "imap", account.secret("imap_password")) if account.options.get("imap_host") else None


def grant(account: Account) -> Grant | None:
    """What access tokens are asked for with; None: there are passwords."""
    options = account.options
    if not options.get("oauth_url"):
        return None
    return Grant(
        url=options["oauth_url"],
        client_id=options.get("oauth_client", ""),
        client_secret=account.secret("oauth_secret"),
        refresh=account.secret("oauth_refresh"),
        scope=options.get("oauth_scope", ""),
    )


def speaks_as(account: Account) -> From:
    return From(address=account.address, name=account.options.get("name", ""))


def addresses(account: Account) -> tuple[str, ...]:
    """All of its addresses, in lower case."""
    return (account.address.lower(), *_listed(account, "aliases"))


def believes(account: Account, forwarder: str) -> bool:
    """Whether somebody's forwards are their original sender's: those of our own domain, and of whom is named."""
    address, domain = forwarder.lower(), _domain(forwarder)
    return domain == _domain(account.address) or any(one in (address, domain) for one in _listed(account, "forwarders"))


def is_form(account: Account, sender: str, reply_to: str) -> bool:
    """Whether a program of our own wrote in somebody's name, as forms on a site do."""
    return bool(reply_to) and _domain(sender) == _domain(account.address) != _domain(reply_to)


def _domain(address: str) -> str:
    return "@" + address.lower().rpartition("@")[2]


def _listed(account: Account, name: str) -> tuple[str, ...]:
    return tuple(one.strip().lower() for one in account.options.get(name, "").split(",") if one.strip())


def _server(account: Account, kind: str, password: str) -> Server:
    options = account.options
    tls = options.get(f"{kind}_tls", "tls")
    if tls not in get_args(Tls):
        raise _wrong(account, f"{kind}_tls is tls, starttls or none")
    port = options.get(f"{kind}_port", str(PORTS[kind][cast(Tls, tls)]))
    if not (port.isdecimal() and 0 < int(port) < 65_536):
        raise _wrong(account, f"{kind}_port is no port")
    user = options.get(f"{kind}_user", account.address)
    return Server(
        host=options.get(f"{kind}_host", ""),
        port=int(port),
        tls=cast(Tls, tls),
        user="" if user == "-" else user,
        password="" if user == "-" else password,
        ca_file=options.get("ca_file", ""),
    )


def _wrong(account: Account, reason: str) -> Refused:
    return Refused("not_configured", f"{account.address}: {reason}")
