"""Which parts of a mail are its text, which its HTML, which its files: RFC 8621 §4.1.4, then what is inside them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256

from adapters.email.charset import decode
from adapters.email.header import first, text_of
from adapters.email.html import Html, read_html
from adapters.email.invitation import told
from adapters.email.mime import Part
from adapters.email.options import Limits
from adapters.email.signed import clear_text, is_secret
from adapters.email.tnef import Tnef, read_tnef
from adapters.email.transfer import decoded, without_uuencode
from router.core.inbound import Attachment

MEDIA = ("image/", "audio/", "video/")
TEXTS = frozenset({"text/plain", "text/html"})
MARKDOWN = frozenset({"text/markdown", "text/x-markdown"})
READABLE = MARKDOWN | {"text/enriched", "text/richtext"}
"""Text that people can read as it stands."""
TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
ENCRYPTED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
UNSAFE_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+|^.*[/\\]", re.DOTALL)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """text: of the plain parts, else of the HTML. html: cleaned, "" when there is none. encrypted: we cannot."""

    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    encrypted: bool = False
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Chosen:
    """Parts by what they are for, in order; a part may be in several."""

    text: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)


def read_body(root: Part, *, limits: Limits) -> Body:
    chosen = _Chosen()
    _choose([root], "mixed", chosen, chosen.text, chosen.html, in_alternative=False)
    texts: list[str] = []
    files: list[Attachment] = []
    for part in chosen.text:
        if part.media_type != "text/html" and not part.media_type.startswith(MEDIA):
            text, inside = _plain(part)
            texts.append(text)
            files += inside
    pages = [read_html(text_in(part), limits=limits) for part in chosen.html if part.media_type == "text/html"]
    hidden: Tnef | None = None
    for part in chosen.files:
        tnef = _tnef(part)
        hidden = hidden or tnef
        files += (
            (_file(file.content, file.name, file.media_type) for file in tnef.files) if tnef else [_attachment(part)]
        )
    text = _joined(texts)
    if not text.strip():
        text = _joined([page.text for page in pages])
    if not text.strip():
        text = next((_other_text(part, limits) for part in chosen.files if _is_letter(part)), "")
    if hidden and not text.strip():
        text = hidden.text or read_html(hidden.html, limits=limits).text
    if not text.strip():
        text = next((told(text_in(part)) for part in chosen.files if part.media_type == "text/calendar"), "")
    cut = {
        "html_cut": any(page.cut for page in pages),
        "text_cut": len(text) > limits.text_chars,
        "attachments_cut": len(files) > limits.attachments,
    }
    text = clear_text(text[: limits.text_chars])
    return Body(
        text=text,
        html=_shown(pages, texts, chosen),
        attachments=tuple(files[: limits.attachments]),
        encrypted=root.media_type in ENCRYPTED or is_secret(text),
        notes=tuple(note for note, is_so in cut.items() if is_so),
    )


def _choose(
    parts: list[Part],
    multipart: str,
    chosen: _Chosen,
    text: list[Part] | None,
    html: list[Part] | None,
    *,
    in_alternative: bool,
) -> None:
    """The algorithm of RFC 8621 §4.1.4, but that inline media are files too. multipart: the subtype around the parts.

    text, html: where bodies go; None inside an alternative that is the other's.
    """
    text_before, html_before = len(text or ()), len(html or ())
    for at, part in enumerate(parts):
        if part.children:
            kind = part.media_type.removeprefix("multipart/")
            _choose(part.children, kind, chosen, text, html, in_alternative=in_alternative or kind == "alternative")
            continue
        is_media = part.media_type.startswith(MEDIA)
        first_or_bare = at == 0 or (multipart != "related" and (is_media or not part.name))
        if part.disposition == "attachment" or not (is_media or part.media_type in TEXTS) or not first_or_bare:
            if not _is_husk(part):
                chosen.files.append(part)
            continue
        if is_media:
            chosen.files.append(part)
        elif multipart == "alternative":
            target = text if part.media_type == "text/plain" else html
            if target is not None:
                target.append(part)
        else:
            if in_alternative:
                text, html = (text, None) if part.media_type == "text/plain" else (None, html)
            for body in (text, html):
                if body is not None:
                    body.append(part)
    if multipart == "alternative" and text is not None and html is not None:
        if len(text) == text_before:
            text += html[html_before:]
        elif len(html) == html_before:
            html += text[text_before:]


def _is_letter(part: Part) -> bool:
    """A text of another kind that stands where the letter should."""
    return part.media_type in READABLE and part.disposition != "attachment" and not part.name


def _other_text(part: Part, limits: Limits) -> str:
    """Its text; without the tags that RFC 1896 puts into one."""
    text = text_in(part)
    return text if part.media_type in MARKDOWN else read_html(text.replace("\n\n", "<br>"), limits=limits).text


def _is_husk(part: Part) -> bool:
    """A multipart nothing came out of, and with nothing in it."""
    return part.media_type.startswith("multipart/") and not part.body.strip()


def text_in(part: Part) -> str:
    """The text of a text part, decoded."""
    raw = decoded(part.body, part.encoding, is_text=True)
    charset = part.charset
    if not charset and part.media_type == "text/html":
        declared = re.search(rb"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", raw[:4096], re.IGNORECASE)
        charset = declared[1].decode() if declared else ""
    return _readable(decode(raw, charset))


def _plain(part: Part) -> tuple[str, list[Attachment]]:
    """The text, and the files that stand uuencoded in it; a mail from before MIME is left as it is."""
    raw = decoded(part.body, part.encoding, is_text=True)
    rest, inside = without_uuencode(raw) if first(part.fields, "content-type") else (raw, ())
    files = [_file(file.content, text_of(file.name), "") for file in inside]
    return _readable(decode(rest, part.charset)), files


def _readable(text: str) -> str:
    """With one kind of line end, and without control characters, which no database and no screen wants."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _joined(texts: list[str]) -> str:
    return "".join(
        text if text.endswith("\n") or at == len(texts) - 1 else f"{text}\n" for at, text in enumerate(texts)
    )


def _shown(pages: list[Html], texts: list[str], chosen: _Chosen) -> str:
    """The HTML, when there is any and it is not only part of what was written."""
    plain_beside = any(part.media_type == "text/plain" for part in chosen.html)
    if not pages or any(page.cut for page in pages) or (plain_beside and any(text.strip() for text in texts)):
        return ""
    return "\n<hr>\n".join(page.safe for page in pages if page.safe)


def _tnef(part: Part) -> Tnef | None:
    if part.media_type in TNEF_TYPES or part.name.lower() == "winmail.dat":
        return read_tnef(decoded(part.body, part.encoding))
    return None


def _attachment(part: Part) -> Attachment:
    content_id = text_of(first(part.fields, "content-id")).strip("<> ")
    content = decoded(part.body, part.encoding, is_text=part.media_type.startswith("text/"))
    return _file(content, part.name, part.media_type, content_id)


def _file(content: bytes, name: str, media_type: str, content_id: str = "") -> Attachment:
    return Attachment(
        name=UNSAFE_IN_NAMES.sub("", name).strip()[-LONGEST_NAME:],
        media_type=media_type or "application/octet-stream",
        size_bytes=len(content),
        sha256=sha256(content).hexdigest(),
        content=content,
        content_id=content_id,
    )
