"""What error codes of Meta's Graph API and of WhatsApp's statuses mean for sending again.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
https://developers.facebook.com/docs/messenger-platform/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping

from router.core.inbound import Outlook

ERRORS: Mapping[str, tuple[Outlook, str]] = {
    "1": ("again", "trouble at Meta"),
    "2": ("again", "Meta is not available"),
    "4": ("again", "the app's rate limit"),
    "17": ("again", "the user's rate limit"),
    "32": ("again", "the page's rate limit"),
    "341": ("again", "a temporary limit of the app"),
    "368": ("never", "the account is blocked for violating a policy"),
    "613": ("again", "too many calls of this kind"),
    "1200": ("again", "temporary failure to send"),
    "80006": ("again", "the page's rate limit on Messenger"),
    "80007": ("again", "the WhatsApp account's rate limit"),
    "130429": ("again", "more messages a second than the number may send"),
    "131000": ("again", "trouble at WhatsApp"),
    "131016": ("again", "WhatsApp is overloaded"),
    "131048": ("again", "limited because earlier messages were taken for spam"),
    "131056": ("again", "too many messages to this customer at once"),
    "131057": ("again", "the account is being maintained"),
    "133004": ("again", "WhatsApp is not available"),
    "135000": ("again", "trouble at WhatsApp"),
    "551": ("opt_out", "the customer cannot be reached: they blocked us or left"),
    "131050": ("opt_out", "the customer wants no marketing messages"),
    "0": ("never", "Meta does not accept the credentials"),
    "3": ("never", "the app lacks a capability or permission"),
    "10": ("never", "outside the reply window, or the permission is missing"),
    "100": ("never", "Meta found a parameter invalid"),
    "190": ("never", "the access token has expired"),
    "200": ("never", "the permission is missing"),
    "33": ("never", "the number was deleted"),
    "130472": ("never", "the customer is part of an experiment of WhatsApp"),
    "130497": ("never", "the account may not write to this country"),
    "131005": ("never", "the permission is missing"),
    "131008": ("never", "a parameter is missing"),
    "131009": ("never", "a parameter is invalid"),
    "131021": ("never", "the recipient is the sender"),
    "131026": ("never", "the customer cannot be reached on WhatsApp"),
    "131031": ("never", "the account is locked"),
    "131042": ("never", "the account's payment does not work"),
    "131045": ("never", "the number is not registered"),
    "131047": ("never", "outside the reply window: only a template may be sent"),
    "131049": ("never", "WhatsApp chose not to deliver it, to keep the customer's peace"),
    "131051": ("never", "WhatsApp does not support this kind of message"),
    "131052": ("never", "the customer's file cannot be fetched"),
    "131053": ("never", "the file cannot be uploaded"),
    "132000": ("never", "the template takes another number of variables"),
    "132001": ("never", "the template does not exist in this language"),
    "132005": ("never", "the template became too long"),
    "132007": ("never", "the template violates a policy"),
    "132012": ("never", "a variable of the template has another format"),
    "132015": ("never", "the template is paused for its quality"),
    "132016": ("never", "the template is disabled for its quality"),
}


def outlook(code: str) -> Outlook:
    """ "" for a code that is not in the table."""
    return ERRORS[code][0] if code in ERRORS else ""


def reason(code: str, said: str = "") -> str:
    """What to tell people: what Meta said, else what the table knows."""
    return said or (ERRORS[code][1] if code in ERRORS else "")
