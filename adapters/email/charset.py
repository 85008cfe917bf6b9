"""Bytes to text: by the declared charset, else UTF-8, else what the bytes look like. Never fails."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from adapters.email.likely import likely

WRITTEN_IN_UTF8 = re.compile("[^\x00-\x7f\ufffd]")
"""A character that came of several bytes: chance seldom makes one."""
LOOKED_AT_BYTES = 32 * 1024

# Labels of real mail that Python does not know, and supersets senders mean by them (WHATWG Encoding, §4.2).
MEANT = {
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "ansi_x3.4-1968": "windows-1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "windows-1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "cp50222": "iso2022_jp_ext",
    "iso-ir-149": "cp949",
    "windows-949": "cp949",
    "x-windows-949": "cp949",
    "ms949": "cp949",
    "korean": "cp949",
    "windows-936": "gb18030",
    "ms936": "gb18030",
    "cp936": "gb18030",
    "gb_2312-80": "gb18030",
    "chinese": "gb18030",
    "windows-950": "cp950",
    "x-windows-950": "cp950",
    "ms950": "cp950",
    "big5": "cp950",
    "x-x-big5": "cp950",
    "windows-31j": "cp932",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "logical": "iso-8859-8",
    "x-mac-ce": "mac-latin2",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-gbk": "gb18030",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode": "utf-16",
}
WINDOWS = re.compile(r"^(?:x-)?(?:windows|win|cp|ms)[-_]?(125[0-8])$")
JAPANESE = re.compile(rb"\x1b\$[@B]")
"""How ISO-2022-JP (RFC 1468) turns to Japanese: it needs no label to be known, and for long had none."""
C1 = re.compile(rb"[\x80-\x9f]")
WITH_C1 = {"iso8859-2": "cp1250", "iso8859-7": "cp1253", "iso8859-13": "cp1257", "iso8859-15": "cp1252"}
"""What is meant where these labels stand over bytes they have only control characters for."""
UNTOLD = frozenset({"", "utf-8", "cp1252"})
BINARY_CODECS = frozenset({"base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "idna", "punycode", "undefined"})


def decode(raw: bytes, declared: str = "") -> str:
    """Text of `raw`; what cannot be read becomes U+FFFD."""
    codec = codec_of(declared) if declared else ""
    if codec in UNTOLD and raw.isascii() and JAPANESE.search(raw):
        codec = "iso2022_jp_ext"
    if codec in WITH_C1 and C1.search(raw):
        codec = WITH_C1[codec]
    mislabelled = codec == "cp1252" and _is_utf8(raw)
    for probable in ("utf-8-sig",) if mislabelled or not codec else (codec, "utf-8-sig"):
        text = _strict(raw, probable)
        if text is not None:
            return text
    text = raw.decode(codec or "utf-8", "replace")
    if codec not in {"", "utf-8"} or WRITTEN_IN_UTF8.search(text):
        return text
    return raw.decode(guessed(raw), "replace")


def _strict(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _is_utf8(raw: bytes) -> bool:
    """UTF-8 with at least one multibyte character: what is labelled Latin-1 and is UTF-8 is a wrong label."""
    return not raw.isascii() and _strict(raw, "utf-8") is not None


@lru_cache(maxsize=256)
def codec_of(label: str) -> str:
    """Python's name for a charset label; "" for labels nobody knows."""
    name = re.sub(r"[\s\"'<>;,]", "", label).lower().partition("*")[0]
    name = WINDOWS.sub(r"cp\1", MEANT.get(name, name))
    if name.startswith("x-"):
        name = MEANT.get(name, name[2:])
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return "" if codec in BINARY_CODECS or name in BINARY_CODECS else codec


def guessed(raw: bytes) -> str:
    """The likeliest codec of bytes that are not UTF-8: by Europe's letters, by detection on the first 32 KB, else
    windows-1252."""
    if raw.count(0) > len(raw) // 4:
        return "utf-16"
    if european := likely(raw):
        return european
    import charset_normalizer

    best = charset_normalizer.from_bytes(raw[:LOOKED_AT_BYTES]).best()
    return codec_of(best.encoding) or "cp1252" if best else "cp1252"
