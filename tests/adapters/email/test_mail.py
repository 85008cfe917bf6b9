"""What a mail's fields and parts say, however they are written."""

from __future__ import annotations

import base64

import pytest

from adapters.email.address import mailboxes
from adapters.email.header import text_of
from adapters.email.parse import parse
from tests.adapters.email.mails import facts, message, parsed, raw

MIXED = 'multipart/mixed; boundary="b"'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?b?R3I=?= =?utf-8?q?=C3=BC=C3?=\n =?utf-8?q?=9Fe?=", "Grüße"),
        (b"Re: =?iso-8859-1?Q?Stra=DFe_?= 5", "Re: Straße  5"),
        (b"=?koi8-r?B?8NLJ18XU?=, =?windows-1251?Q?=CC=E8=F0?=", "Привет, Мир"),
        (b"=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        (b"=?utf-8*de?q?Tag?=", "Tag"),
        (b"=?no-such-charset?q?abc?=", "abc"),
        ("Zażółć gęślą".encode(), "Zażółć gęślą"),
        (b"Fr\xf6sche", "Fr�sche"),
        ("Привет, мир".encode("cp1251"), "Привет, мир"),
        (b"=?utf-8?b?broken", "=?utf-8?b?broken"),
        (b"=?utf-8?Q?Why?_Gr=C3=BC=C3=9Fe!?=", "Why? Grüße!"),
        (b"=?utf-8?Q?cut =?utf-8?Q?off?=", "=?utf-8?Q?cut off"),
        ("注文について".encode("iso-2022-jp"), "注文について"),
        (b"a\x00b\x07c", "a b c"),
    ],
)
def test_a_header_value_is_told_as_its_writer_meant_it(value: bytes, text: str) -> None:
    assert text_of(value, charset="windows-1251") == text


@pytest.mark.parametrize(
    ("value", "people"),
    [
        ("ann@example.org", [("", "ann@example.org")]),
        ("Ann Lee <ann@example.org>", [("Ann Lee", "ann@example.org")]),
        ('"Lee, Ann" <ann@example.org>, bo@example.org', [("Lee, Ann", "ann@example.org"), ("", "bo@example.org")]),
        ("ann@example.org (Ann Lee)", [("Ann Lee", "ann@example.org")]),
        ("Ann (the (good) one) <ann@example.org>", [("Ann", "ann@example.org")]),
        ("'Ann' <ann@example.org>; Bo <bo@example.org>", [("Ann", "ann@example.org"), ("Bo", "bo@example.org")]),
        ("team: ann@example.org, Bo <bo@example.org>;", [("", "ann@example.org"), ("Bo", "bo@example.org")]),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?q?Lee=2C_Ann?= <ann@example.org>", [("Lee, Ann", "ann@example.org")]),
        ("Ann <ann@example.org", [("Ann", "ann@example.org")]),
        ("Ann [mailto:ann@example.org]", [("Ann", "ann@example.org")]),
        ("<@relay.example:ann@example.org>", [("", "ann@example.org")]),
        ("Mailer Daemon <>", [("Mailer Daemon", "")]),
        ('""  (Mail Delivery System)', [("Mail Delivery System", "")]),
        ("=?utf-8?Q?Lee,_Ann?= <ann@example.org>", [("Lee, Ann", "ann@example.org")]),
        ("Ann <<ann@example.org>>", [("Ann", "ann@example.org")]),
        ("Ann <SMTP:ann@example.org>", [("Ann", "ann@example.org")]),
        ('"Ann <ann@example.org>"', [("Ann", "ann@example.org")]),
        ("\x1b$BEDCf\x1b(B <ann@example.org>", [("田中", "ann@example.org")]),
        ("Ann", [("Ann", "")]),
        ("", []),
    ],
)
def test_addresses_are_found_in_whatever_people_write(value: str, people: list[tuple[str, str]]) -> None:
    assert [(box.name, box.address) for box in mailboxes(value.encode(), limit=10)] == people


def test_a_name_with_a_comma_nobody_quoted_is_one_name() -> None:
    found = message(From="Lee, Ann <ann@example.org>")
    assert (found.sender_name, found.sender) == ("Lee, Ann", "ann@example.org")
    assert message(From="Ann Lee <ann@example.org>, Bo <bo@example.org>").sender_name == "Ann Lee"


def test_a_file_keeps_its_name_in_every_way_mailers_write_it() -> None:
    ways = {
        'attachment; filename="Übersicht 1.pdf"': "Übersicht 1.pdf",
        "attachment; filename*=utf-8''%C3%9Cbersicht%201.pdf": "Übersicht 1.pdf",
        "attachment; filename*0*=utf-8''%C3%9Cber; filename*1*=sicht; filename*2=\" 1.pdf\"": "Übersicht 1.pdf",
        'attachment; filename="=?utf-8?q?=C3=9Cbersicht_1.pdf?="': "Übersicht 1.pdf",
        "attachment; filename=/etc/../passwd": "passwd",
        'attachment; filename="C:\\\\Users\\\\ann\\\\a.pdf"': "a.pdf",
        'attachment; filename="invoice\u202efdp.exe"': "invoicefdp.exe",
    }
    for disposition, name in ways.items():
        found = message("x", Content_Type="application/pdf", Content_Disposition=disposition)
        assert [file.name for file in found.attachments] == [name], disposition


def test_text_is_the_plain_part_and_files_are_those_beside_it() -> None:
    inner = 'Content-Type: multipart/alternative; boundary="i"\n\n--i\n\nplain\n'
    inner += "--i\nContent-Type: text/html\n\n<b>x</b>\n--i--\n"
    file = "Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\nContent-ID: <1@x>\n\naGVsbG8=\n"
    found = message(f"preamble\n--b\n{inner}--b\n{file}--b--\nepilogue\n", Content_Type=MIXED)
    assert found.text == "plain"
    assert facts(found).html == "<b>x</b>"
    [image] = found.attachments
    assert (image.name, image.content, image.content_id, image.size_bytes) == ("a.png", b"hello", "1@x", 5)


def test_an_attached_mail_is_a_file_and_kept_byte_for_byte() -> None:
    inner = raw("Inner.\n", From="Bo <bo@example.org>").decode()
    found = message(f"--b\n\nSee below.\n--b\nContent-Type: message/rfc822\n\n{inner}--b--\n", Content_Type=MIXED)
    assert (found.sender, found.text) == ("ann@example.org", "See below.")
    assert [file.content for file in found.attachments] == [inner.encode().removesuffix(b"\n")]


def test_a_mail_forwarded_as_a_file_is_its_writers() -> None:
    inner = raw("Inner.\n", From="Bo <bo@example.org>", Subject="Broken lamp").decode()
    body = f"--b\n\nPlease help them.\n--b\nContent-Type: message/rfc822\n\n{inner}--b--\n"
    found = message(body, Content_Type=MIXED, Subject="WG: Broken lamp")
    assert (found.sender, found.subject, found.text) == ("bo@example.org", "Broken lamp", "Inner.")
    assert (facts(found).forwarded_by, facts(found).comment) == ("ann@example.org", "Please help them.")


def test_a_mail_that_is_nothing_but_another_is_its_writers() -> None:
    inner = raw("Inner.\n", From="Bo <bo@example.org>", Subject="Broken lamp").decode()
    found = message(inner, Content_Type="message/rfc822", Subject="Look")
    assert (found.sender, facts(found).forwarded_by) == ("bo@example.org", "ann@example.org")
    answer = message(inner, Content_Type="message/rfc822", Subject="Re: Look")
    assert (answer.sender, facts(answer).forwarded_by) == ("ann@example.org", "")


def test_a_file_somebody_took_for_a_mail_is_a_file() -> None:
    found = parse(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00").messages[0]
    assert (found.text, [file.media_type for file in found.attachments]) == ("", ["application/octet-stream"])


def test_a_multipart_whose_boundary_never_comes_is_shown_as_it_is() -> None:
    assert message("Hello\n--c\nx\n", Content_Type=MIXED).text == "Hello\n--c\nx"


def test_the_outer_boundary_ends_what_the_inner_one_left_open() -> None:
    body = '--b\nContent-Type: multipart/mixed; boundary="i"\n\n--i\n\none\n--b\n\ntwo\n--b--\n'
    assert message(body, Content_Type=MIXED).text == "one\ntwo"


def test_a_multipart_without_a_boundary_takes_the_first_line_that_looks_like_one() -> None:
    assert message("\n--b\nContent-Type: text/plain\n\none\n--b--\n", Content_Type="multipart/mixed").text == "one"


def test_a_text_in_the_wrong_charset_is_still_read() -> None:
    plain = raw("").replace(b"\n\n", b"\nContent-Type: text/plain; charset=%s\n\n%s")
    for label, content in {
        b"us-ascii": "Grüße".encode(),
        b"utf-8": "Grüße aus der Straße".encode("cp1252"),
        b"no-such": "Grüße".encode(),
        b"iso-8859-1": "„Grüße“".encode("cp1252"),
        b"gb2312": "龍 中文".encode("gb18030"),
        b"big5": "中‧碁".encode("cp950"),
        b"windows-949": "뷁".encode("cp949"),
        b"windows-874": "สวัสดี".encode("cp874"),
        b"x-mac-ce": "žluťoučký".encode("mac-latin2"),
        b"cp50220": "こんにちは".encode("iso-2022-jp"),
        b"ISO-8859-1": "注文".encode("iso-2022-jp"),
    }.items():
        text = parse(plain % (label, content)).messages[0].text
        assert text in {
            *("Grüße", "Grüße aus der Straße", "„Grüße“", "龍 中文"),
            *("中‧碁", "뷁", "สวัสดี", "žluťoučký", "こんにちは", "注文"),
        }, label


def test_a_content_type_of_one_word_still_names_its_file() -> None:
    found = message(
        "--b\n\nHi\n--b\nContent-Type: PDF; name=a.pdf\nContent-Disposition: attachment\n\nx\n--b--\n",
        Content_Type=MIXED,
    )
    assert [file.name for file in found.attachments] == ["a.pdf"]


def test_a_mark_before_the_first_field_is_no_part_of_it() -> None:
    assert parse(b"\xef\xbb\xbf" + raw()).messages[0].sender == "ann@example.org"


@pytest.mark.parametrize(
    ("media_type", "body"),
    [("text/markdown", "Hi *there*."), ("text/enriched", "<bold>Hi</bold> <italic>*there*</italic>.")],
)
def test_a_letter_in_another_kind_of_text_is_read(media_type: str, body: str) -> None:
    assert message(body, Content_Type=media_type).text == "Hi *there*."
    named = message(body, Content_Type=f"{media_type}; name=notes")
    assert (named.text, [file.name for file in named.attachments]) == ("", ["notes"])


def invitation(method: str, *more: str) -> str:
    lines = ("BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VTIMEZONE", "DTSTART:19700101T000000", "END:VTIMEZONE")
    event = ("BEGIN:VEVENT", "SUMMARY:Visit\\, long", " er", "LOCATION:Main Street 1\\nBerlin", *more, "END:VEVENT")
    return "\r\n".join((*lines, *event, "END:VCALENDAR", ""))


@pytest.mark.parametrize(
    ("calendar", "text"),
    [
        (
            invitation("REQUEST", "DTSTART;TZID=Europe/Berlin:20261105T100000"),
            "[invitation Visit, longer 2026-11-05 10:00 Europe/Berlin Main Street 1 Berlin]",
        ),
        (
            invitation(
                "REPLY", "DTSTART:20261105T090000Z", 'ATTENDEE;PARTSTAT=ACCEPTED;CN="Lee: Ann":mailto:ann@example.org'
            ),
            "[answer to an invitation accepted Visit, longer 2026-11-05 09:00 UTC Main Street 1 Berlin]",
        ),
        (
            invitation("CANCEL", "DTSTART;VALUE=DATE:20261105"),
            "[invitation cancelled Visit, longer 2026-11-05 Main Street 1 Berlin]",
        ),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", ""),
    ],
)
def test_a_mail_of_nothing_but_an_invitation_says_to_what(calendar: str, text: str) -> None:
    found = message(calendar, Content_Type="text/calendar; charset=utf-8")
    assert (found.text, [file.media_type for file in found.attachments]) == (text, ["text/calendar"])
    beside = f"--b\n\nPlease come.\n--b\nContent-Type: text/calendar\n\n{calendar}--b--\n"
    assert message(beside, Content_Type=MIXED).text == "Please come."


def test_uuencoded_files_leave_the_text() -> None:
    found = message("See:\n\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\nBye.\n", Content_Type="text/plain")
    assert found.text == "See:\n\nBye."
    assert [(file.name, file.content) for file in found.attachments] == [("a.txt", b"hello")]


def test_what_claims_to_be_base64_and_is_not_is_shown() -> None:
    assert message("Hello\n", Content_Transfer_Encoding="base64").text == "Hello"
    whole = base64.encodebytes(b"Hello there, this is fine.").decode()
    assert message(whole, Content_Transfer_Encoding="base64").text == "Hello there, this is fine."


def test_an_encrypted_mail_says_so() -> None:
    found = message("--b\n\nx\n--b--\n", Content_Type='multipart/encrypted; boundary="b"')
    assert found.placeholder == "encrypted"


def test_a_mail_finds_its_thread() -> None:
    found = message(
        In_Reply_To="<3@shop.example>", References="<1@x> <2@x>\n <3@shop.example>", To="help+ref-K7Q2M9XW@shop.example"
    )
    assert (found.external_id, found.in_reply_to) == ("1@example.org", "3@shop.example")
    assert facts(found).references == ("1@x", "2@x", "3@shop.example")
    assert facts(found).token == "K7Q2M9XW"
    assert facts(message(Subject="Re: Lamp [ref:k7q2m9xw]")).token == "K7Q2M9XW"


def test_a_mail_without_an_id_has_the_same_one_when_it_comes_again() -> None:
    first, again = message(Message_ID=""), message(Message_ID="")
    assert first.external_id == again.external_id
    assert first.external_id.startswith("sha256:")


def test_a_mail_of_ours_that_comes_back_is_ignored() -> None:
    assert parsed(Message_ID="<usher.42.0@shop.example>").kind == "ignored"


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Mon, 99 Foo 2026 99:99:99 +9999", "0", "1 Jan 99999 00:00:00 +0000"]
)
def test_a_date_that_is_none_is_not_made_up(date: str) -> None:
    assert message(Date=date).sent_at is None


def test_a_date_counts_its_zone() -> None:
    assert message(Date="Mon, 2 Nov 2026 10:00:00 +0100").sent_at == message(Date="2 Nov 26 9:00 GMT").sent_at


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 2 Nov 2026 10:00:00 +01:00",
        "Mon, 2 Nov 2026 10:00:00 GMT+01:00",
        "Mon, 2 Nov 2026 10:00:00 UTC+1",
        "Mon, 2 Nov 2026 10:00:00 CET",
        "Mon, 2 Nov 2026 11:00:00 MESZ",
        "Mon Nov  2 10:00:00 CET 2026",
        "Mon, 2 Nov 2026 04:00:00 GMT-0500 (EST)",
        "2026-11-02T10:00:00+01:00",
        "2026-11-02T09:00:00.000Z",
        "2026-11-02 10:00:00 +0100",
        "2026/11/02 09:00:00",
        "1793610000",
    ],
)
def test_a_date_is_read_in_the_forms_programs_write_it(date: str) -> None:
    assert message(Date=date).sent_at == 1_793_610_000_000
