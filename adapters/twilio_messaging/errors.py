"""What Twilio's error codes of messages mean for sending again. https://www.twilio.com/docs/api/errors"""

from __future__ import annotations

from collections.abc import Mapping

from router.core.inbound import Outlook

ERRORS: Mapping[str, tuple[Outlook, str]] = {
    # Pressure and trouble on the way: the same message may get through later.
    "14107": ("again", "more messages a second than the number may send"),
    "20003": ("never", "Twilio does not accept the account's credentials"),
    "20429": ("again", "too many requests at once"),
    "20500": ("again", "trouble at Twilio"),
    "20503": ("again", "Twilio is not available"),
    "21611": ("again", "the sending number's queue is full"),
    "30001": ("again", "the queue was full"),
    "30003": ("again", "the phone is off or out of reach"),
    "30008": ("again", "the carrier gives no reason"),
    "30009": ("again", "a segment got lost"),
    "30017": ("again", "the carrier is congested"),
    "30022": ("again", "the carrier's limit on messages a second or a day"),
    "63018": ("again", "more messages a second than the channel takes"),
    "63017": ("again", "the sender is rate limited"),
    # The customer wants none.
    "21610": ("opt_out", "the customer replied STOP"),
    "63033": ("opt_out", "the customer blocked us"),
    # As it is, it never will.
    "21211": ("never", "the recipient is no phone number"),
    "21212": ("never", "the sender is no phone number"),
    "21266": ("never", "sender and recipient are the same"),
    "21408": ("never", "the account may not send to this country"),
    "21601": ("never", "the sending number cannot send messages"),
    "21602": ("never", "the message has no text"),
    "21604": ("never", "no recipient"),
    "21606": ("never", "the sending number is not the account's"),
    "21608": ("never", "a trial account may send to verified numbers only"),
    "21612": ("never", "no route from this sender to this recipient"),
    "21614": ("never", "the recipient is no mobile number"),
    "21617": ("never", "the text is longer than 1600 characters"),
    "21620": ("never", "the address of a file is invalid"),
    "21623": ("never", "more than ten files"),
    "21654": ("never", "no template is named"),
    "21656": ("never", "the template's variables do not fit"),
    "21703": ("never", "the Messaging Service has no sender"),
    "21705": ("never", "the Messaging Service is not known"),
    "30002": ("never", "the account is suspended"),
    "30004": ("never", "the phone or its carrier blocks the message"),
    "30005": ("never", "the number is not in use"),
    "30006": ("never", "a landline, or a carrier that cannot be reached"),
    "30007": ("never", "filtered by Twilio or the carrier"),
    "30010": ("never", "dearer than the highest price allowed"),
    "30011": ("never", "the carrier takes no files"),
    "30018": ("never", "the destination carrier wants senders to be registered"),
    "30019": ("never", "the file is too large"),
    "30034": ("never", "the sender is not registered for A2P 10DLC"),
    "30410": ("again", "the carrier did not answer in time"),
    "63001": ("never", "the channel does not accept the credentials"),
    "63003": ("never", "the channel does not know the recipient"),
    "63005": ("never", "the channel does not take this content"),
    "63007": ("never", "no such sender on this channel"),
    "63008": ("never", "the channel's sender is not set up"),
    "63010": ("again", "trouble at the channel"),
    "63012": ("again", "the channel answered with an error"),
    "63013": ("never", "against the channel's policy"),
    "63015": ("never", "the recipient has not joined the sandbox"),
    "63016": ("never", "outside the reply window: only a template may be sent"),
    "63019": ("never", "the channel could not fetch the file"),
    "63021": ("never", "the channel found the content invalid"),
    "63024": ("never", "the recipient is not on this channel"),
    "63027": ("never", "the template does not exist in this language"),
    "63028": ("never", "the template takes another number of variables"),
    "63032": ("never", "WhatsApp does not let this customer receive it"),
    "63038": ("again", "the account's daily limit of messages"),
    "63049": ("never", "the channel chose not to deliver a marketing message"),
}


def outlook(code: str) -> Outlook:
    """ "" for a code that is not in the table."""
    return ERRORS[code][0] if code in ERRORS else ""


def reason(code: str, said: str = "") -> str:
    """What to tell people: what Twilio said, else what the table knows."""
    return said or (ERRORS[code][1] if code in ERRORS else "")
