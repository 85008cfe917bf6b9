"""Public error codes: what clients may rely on. Each says what happened, never how the server is made.

UsherError
├── BadRequest       400  the frame or a field cannot be used
├── NotSignedIn      401
├── Forbidden        403  signed in, but not for this
├── NotFound         404
├── Conflict         409  the world has moved on
├── TooMuch          429
└── Unavailable      503  try again; a repeated command is carried out once
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "bad_frame": "The frame is not a message of this endpoint.",
    "bad_value": "A field has a value that cannot be used.",
    "form_invalid": "Some answers are missing or cannot be used; detail says which, by field.",
    "unknown_form": "There is no such form.",
    "bad_text": "Text holds characters that cannot be kept (NUL or lone surrogates).",
    "text_too_long": "Text is longer than the server accepts.",
    "text_empty": "There is nothing to send.",
    "hello_first": "The first frame of a connection must be hello.",
    "bad_credentials": "E-mail or password is wrong.",
    "not_signed_in": "Sign in first.",
    "bad_origin": "This web origin may not connect.",
    "wrong_role": "Your role may not do this.",
    "not_yours": "This belongs to somebody else.",
    "unknown_account": "There is no such channel account.",
    "unknown_status": "There is no such presence status.",
    "unknown_queue": "There is no such queue.",
    "unknown_agent": "There is no such agent.",
    "unknown_disposition": "There is no such disposition.",
    "unknown_offer": "There is no such offer.",
    "unknown_work_item": "There is no such work item, or it is closed.",
    "unknown_conversation": "There is no such conversation.",
    "not_merged": "This customer is not merged into another.",
    "customer_busy": "A conversation with this customer is open.",
    "unknown_department": "There is no such department.",
    "unknown_step": "There is no such step.",
    "unknown_customer": "There is no such customer.",
    "unknown_case": "There is no such case.",
    "unknown_case_type": "There is no such type of case.",
    "stale_case": "Somebody else changed the case; look at it again.",
    "nowhere_to_answer": "The customer of this case cannot be written to.",
    "unknown_article": "There is no such article, or none for you.",
    "unknown_category": "There is no such category.",
    "unknown_quick_text": "There is no such quick text.",
    "unknown_macro": "There is no such macro.",
    "quick_text_exists": "There is a quick text of this name already.",
    "macro_exists": "There is a macro of this name already.",
    "changed_meanwhile": "Somebody changed it meanwhile.",
    "article_changed": "Somebody saved another version meanwhile.",
    "article_exists": "There is an article of this name already.",
    "category_in_use": "There are articles or categories in it.",
    "unknown_file": "There is no such file, or it is not this conversation's.",
    "unknown_template": "There is no such message template on this channel.",
    "file_refused": "This kind or size of file cannot be sent here.",
    "bad_signature": "The request is not signed by whom it should be from.",
    "reason_needed": "Declining needs one of the centre's reasons.",
    "offer_expired": "The offer was answered after its deadline; the work item has moved on.",
    "offer_gone": "The offer was taken back or answered already.",
    "agent_unavailable": "That agent cannot be offered work now.",
    "conversation_closed": "The conversation is closed.",
    "conversation_open": "You already have an open conversation.",
    "queue_closed": "We are closed now.",
    "wrong_state": "The work item is not in a state that allows this.",
    "unknown_call": "There is no such call, or it is over.",
    "wrong_call_state": "The call is not in a state that allows this.",
    "bad_number": "This is not a telephone number we may call.",
    "dialed_too_often": "You have called as many numbers as one may in a day.",
    "voice_off": "Calls are not set up here.",
    "too_many_requests": "Too many requests; slow down.",
    "unavailable": "The server cannot do this right now; try again.",
}

CLOSE_CODES: dict[int, str] = {
    1001: "The server is going away; reconnect and resume.",
    1009: "A frame was larger than the server accepts.",
    4400: "Too many frames could not be read.",
    4401: "Not signed in, or the session has ended.",
    4403: "This web origin or role may not connect here.",
    4408: "The client did not keep up or fell silent; reconnect and resume.",
    4409: "The session was resumed by another connection.",
    4429: "Too many connections or frames; wait before reconnecting.",
    4503: "The server cannot serve now; reconnect with back-off.",
}


class UsherError(Exception):
    """Something a client or caller is told with a public code. detail: facts that may be shown."""

    status = 500

    def __init__(self, code: str, message: str | None = None, /, **detail: str | int | bool) -> None:
        self.code = code
        self.message = message or CODES[code]
        self.detail = detail
        super().__init__(f"{code}: {self.message}")


class BadRequest(UsherError):
    status = 400


class NotSignedIn(UsherError):
    status = 401


class Forbidden(UsherError):
    status = 403


class NotFound(UsherError):
    status = 404


class Conflict(UsherError):
    status = 409


class TooMuch(UsherError):
    status = 429


class Unavailable(UsherError):
    status = 503
