"""Mails made to hurt are read in bounded time and memory, say what was left out, and raise nothing."""

from __future__ import annotations

import base64
import json
import time
import tracemalloc
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.email.html import read_html
from adapters.email.options import LIMITS, Limits
from adapters.email.parse import parse
from tests.adapters.email.corpora import mails
from tests.adapters.email.mails import facts, parsed, raw

MIXED = 'multipart/mixed; boundary="b"'
SECONDS = 10.0
"""Far above what any of these takes alone; a square of their sizes takes minutes."""

BOMBS = {
    "fields of a header": raw("Hi.\n" + "a: b\n" * 5_000),
    "fields nobody knows": raw("Hi.\n" + "From: a\nxyz: b\nTo: c\n" * 1_600),
    "nested multiparts": raw(
        "".join(f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(3_000)),
        Content_Type='multipart/mixed; boundary="b0"',
    ),
    "nested mails": raw("Content-Type: message/rfc822\n\n" * 20_000, Content_Type="message/rfc822"),
    "many parts": raw("--b\n\nx\n" * 200_000, Content_Type=MIXED),
    "many fields": b"X: y\n" * 300_000 + raw(),
    "one long field": b"X: " + b"y" * 5_000_000 + b"\n" + raw(),
    "one folded field": b"X: y\n" + b" y\n" * 500_000 + raw(),
    "many encoded words": raw(Subject="=?utf-8?q?a?= " * 15_000),
    "broken encoded words": raw(Subject="=?a?b?" * 40_000),
    "colons for addresses": raw(To="a@" + ":" * 200_000),
    "comments for addresses": raw(To="(" * 200_000),
    "many parameters": raw(Content_Type="text/plain; " + "a*1*=b;" * 30_000),
    "dashes": raw("--\n" * 500_000, Content_Type=MIXED),
    "quotations": raw("> a\n" * 500_000),
    "labels": raw("From: a@b.example\nxx\nTo:\n" * 50_000),
    "wrote": raw("a@b.example 12 12 12:12:\n" * 50_000),
    "forwards": raw("---- Forwarded message ----\n" * 50_000),
    "rules": raw(("-" * 1_900 + "\n") * 500),
    "rules and words": raw(("---- a" * 300 + "\n") * 500),
    "begins without an end": raw("begin 644 a\n" * 100_000, Content_Type="text/plain"),
    "deep HTML": raw("<div>" * 50_000, Content_Type="text/html"),
    "crossed HTML": raw("<font><div></font></x>" * 12_000, Content_Type="text/html"),
    "comments in HTML": raw("<!--" * 200_000, Content_Type="text/html"),
    "much HTML": raw("<p>hello</p>" * 200_000, Content_Type="text/html"),
    "many reports": raw("Action: failed\n\n" * 100_000, Content_Type="message/delivery-status"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_bounded_time(name: str) -> None:
    began = time.process_time()
    result = parse(BOMBS[name])
    assert time.process_time() - began < SECONDS
    assert result.kind != "error"
    assert len(result.messages[0].text) <= LIMITS.text_chars
    assert len(result.messages[0].attachments) <= LIMITS.attachments


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("nested multiparts", "depth_cut"),
        ("many parts", "parts_cut"),
        ("many fields", "headers_cut"),
        ("one long field", "headers_cut"),
        ("quotations", "text_cut"),
        ("deep HTML", "html_cut"),
        ("crossed HTML", "html_cut"),
    ],
)
def test_what_is_left_out_is_told(name: str, note: str) -> None:
    assert note in facts(parse(BOMBS[name]).messages[0]).notes


def test_a_file_of_fifty_megabytes_is_kept_whole_and_nothing_is_unpacked() -> None:
    content = bytes(38_000_000)
    bomb = raw(
        base64.encodebytes(content).decode(),
        Content_Type="application/zip; name=a.zip",
        Content_Transfer_Encoding="base64",
        Content_Disposition="attachment",
    )
    tracemalloc.start()
    [file] = parse(bomb).messages[0].attachments
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (file.size_bytes, file.sha256) == (len(content), sha256(content).hexdigest())
    assert peak < 4 * len(bomb)


def test_a_mail_longer_than_read_is_cut_and_says_so() -> None:
    result = parse(raw("x" * 10_000), limits=Limits(mail_bytes=1_000))
    assert facts(result.messages[0]).notes == ("mail_cut",)
    assert result.messages[0].sender == "ann@example.org"


@pytest.mark.parametrize("empty", [b"", b"\n\n", b" \r\n"])
def test_nothing_is_ignored(empty: bytes) -> None:
    assert parse(empty).kind == "ignored"


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read(content: bytes) -> None:
    parse(content)


FRAGMENTS = st.sampled_from(
    [
        *(b"From: ", b"Subject: ", b"Content-Type: ", b"multipart/mixed; boundary=b", b"text/html", b"message/rfc822"),
        *(b"\n", b"\r\n", b"--b", b"--b--", b"\n\n", b"Content-Transfer-Encoding: base64\n", b"=?utf-8?b?", b"?="),
        *(b"<a@b.example>", b'"', b"(", b"<", b"> ", b"On 1 May 2026 10:00 A <a@b.example> wrote:\n", b"\xff\xfe"),
        *(b"---- Forwarded message ----\n", b"begin 644 x\n", b"end\n", b"\x78\x9f\x3e\x22", b"\x00", b" ", b";"),
        *(b"message/delivery-status\n\nAction: failed\n", b"*0*="),
    ]
)


@given(st.lists(FRAGMENTS, max_size=60).map(b"".join))
def test_any_pieces_of_mails_are_read(content: bytes) -> None:
    result = parse(content)
    for found in result.messages:
        assert "\0" not in found.text + found.subject + found.sender


@given(
    st.text(alphabet=st.sampled_from("abcü€日本 \n.,"), max_size=400), st.sampled_from(["utf-8", "utf-16", "gb18030"])
)
def test_a_text_survives_every_charset_and_encoding(text: str, charset: str) -> None:
    for encoding in ("base64",) if charset == "utf-16" else ("base64", "8bit"):
        content = text.encode(charset)
        head = (
            f"From: a@b.example\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
        )
        result = parse(head.encode() + (base64.encodebytes(content) if encoding == "base64" else content))
        assert result.messages[0].text.split() == text.split()


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>Hi",
        "<img src=x onerror=alert(1)>Hi",
        "<a href='javascript:alert(1)'>Hi</a>",
        "<svg onload=alert(1)>Hi</svg>Hi",
        "<iframe src=//evil.example></iframe>Hi",
        "<form action=//evil.example><input name=a></form>Hi",
        "<p style='background:url(//evil.example/x)'>Hi</p>",
        "<img src='https://evil.example/pixel.png'>Hi",
        "<meta http-equiv=refresh content='0;url=//evil.example'>Hi",
        "<base href=//evil.example>Hi",
        "<link rel=stylesheet href=//evil.example>Hi",
        "<style>@import '//evil.example'</style>Hi",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>Hi",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>Hi",
    ],
)
def test_html_is_shown_without_what_it_would_do(html: str) -> None:
    shown = read_html(html, limits=LIMITS).safe.lower()
    for word in (
        "script",
        "onerror",
        "onload",
        "<iframe",
        "<form",
        "<input",
        "evil.example",
        "<meta",
        "<base",
        "<link",
        "<style",
    ):
        assert word not in shown


def test_html_keeps_what_readers_need() -> None:
    html = (
        '<p style="color:red">Hi <b>Ann</b> <a href="https://shop.example">shop</a> <img src="cid:1@x" alt="lamp"></p>'
    )
    shown = read_html(html, limits=LIMITS)
    assert 'src="cid:1@x"' in shown.safe
    assert 'href="https://shop.example"' in shown.safe
    assert "color" in shown.safe
    assert shown.text == "Hi Ann shop lamp"


def test_hostile_texts_of_others_are_read() -> None:
    [path] = mails("../abuse", "blns.json")
    for hostile in json.loads(path.read_text("utf-8")):
        for found in (parsed(hostile), parsed(hostile, Content_Type="text/html"), parsed(Subject=hostile)):
            assert found.kind in {"message", "ignored"}, hostile
