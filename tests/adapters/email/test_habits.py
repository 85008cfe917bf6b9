"""What mail programs and servers make of mails, program by program and language by language."""

from __future__ import annotations

import base64

import pytest

from adapters.email.parse import parse
from adapters.email.quotation import written
from tests.adapters.email.mails import facts, message, parsed, raw

OWN = "Thank you, that helps."
WHO = "Larkspur Help <help@shop.example>"
QUOTED = "Dear Ann,\n\nplease see https://shop.example/a\nBye"

WROTE = {
    "gmail": f"On Mon, Nov 2, 2026 at 10:00 AM {WHO} wrote:",
    "gmail, wrapped": "On Mon, Nov 2, 2026 at 10:00 AM Larkspur Help <\nhelp@shop.example> wrote:",
    "gmail de": f"Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb {WHO}:",
    "gmail pl": f"pon., 2 lis 2026 o 10:00 {WHO} napisał(a):",
    "gmail ru": f"пн, 2 нояб. 2026 г. в 10:00, {WHO}:",
    "gmail el": f"Στις Δευ 2 Νοε 2026 στις 10:00 π.μ., ο χρήστης {WHO} έγραψε:",
    "apple de": f"Am 02.11.2026 um 10:00 schrieb {WHO}:",
    "apple pl": f"Wiadomość napisana przez {WHO} w dniu 2 lis 2026, o godz. 10:00:",
    "apple pl, no address": "Wiadomość napisana przez Larkspur Help w dniu 2 lis 2026, o godz. 10:00:",
    "apple ru": f"2 нояб. 2026 г., в 10:00, {WHO} написал(а):",
    "yahoo de": f"    Am Montag, 2. November 2026 um 10:00:00 MEZ hat {WHO} Folgendes geschrieben:  \n ",
    "yahoo pl": f"    W dniu poniedziałek, 2 listopada 2026 10:00:00 CET {WHO} napisał(-a):  \n ",
    "thunderbird pl": "W dniu 2.11.2026 o 10:00, Larkspur Help pisze:",
    "thunderbird ru": "02.11.2026 10:00, Larkspur Help пишет:",
    "thunderbird el": "Στις 2/11/2026 10:00 π.μ., ο/η Larkspur Help έγραψε:",
    "mail.ru": f"Понедельник,  2 ноября 2026, 10:00 +03:00 от {WHO}:",
    "yandex": '02.11.2026, 10:00, "Larkspur Help" <help@shop.example>:',
    "the bat ru": "Вы писали 2 ноября 2026 г., 10:00:00:",
    "roundcube ru": "Larkspur Help писал 2026-11-02 10:00:",
    "horde": f"Quoting {WHO}:",
    "horde de": f"Zitat von {WHO}:",
    "notes": "help@shop.example wrote on 02/11/2026 10:00:00:",
    "mutt": f"* {WHO} [2026-11-02 10:00]:",
}
LABELS = {
    "outlook de": ("Von", "Gesendet", "An", "Betreff"),
    "outlook pl": ("Od", "Wysłano", "Do", "Temat"),
    "outlook ru": ("От", "Отправлено", "Кому", "Тема"),
    "outlook el": ("Από", "Αποστολή", "Προς", "Θέμα"),
    "outlook el, newer": ("Από", "Στάλθηκε", "Προς", "Θέμα"),
    "hotmail el": ("Από", "Ημερομηνία αποστολής", "Προς", "Θέμα"),
    "onet": ("Od", "Wysłane", "Do", "Temat"),
    "thunderbird pl": ("Nadawca", "Data", "Adresat", "Temat"),
}
ABOVE = [
    "",
    "_" * 32,
    "-----Original-Nachricht-----",
    "-------- Oryginalna wiadomość --------",
    "-------- Treść oryginalnej wiadomości --------",
    "-----Первоначальное сообщение-----",
    "-------- Αρχικό μήνυμα --------",
]
NOTES = {
    "one column": f"{WHO}\n02.11.2026 10:00\n\nAn\nann@example.org\nKopie\n\nThema\nRe: Lamp\n\n\n",
    "respond to": f"{WHO}\n02/11/2026 10:00\nPlease respond to\nhelp@shop.example\n\nTo\nann@example.org\ncc\n\n"
    "Subject\nRe: Lamp\n\n",
    "two columns": "           help@shop.example                                  \n"
    "           02.11.2026 10:00                              An \n"
    "                                        ann@example.org  \n"
    "                                                     Kopie \n\n"
    "                                                     Thema \n"
    "                                        Re: Lamp         \n\n",
    "box": "|---------+---------------------------->\n|         |           help@shop.example|\n"
    "|         |           02.11.2026 10:00 |\n|---------+---------------------------->\n"
    "  >-------------------------------------|\n  |       An:      ann@example.org       |\n"
    "  |       Kopie:                         |\n  |       Thema:   Re: Lamp              |\n"
    "  >-------------------------------------|\n\n",
    "labels": f"\n\nVon:\t{WHO}\nAn:\tann@example.org\nDatum:\t02.11.2026 10:00\nBetreff:\tRe: Lamp\n\n",
}
EM_CLIENT = (
    "------ Original Message ------\nFrom {0}\nTo ann@example.org\nDate 02/11/2026 10:00:00\nSubject Re: Lamp\n\n"
)


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


@pytest.mark.parametrize("line", WROTE.values(), ids=WROTE)
def test_an_answer_is_what_stands_above_or_below_the_line_that_says_who_wrote(line: str) -> None:
    assert written(f"{OWN}\n\n{line}\n\n{quoted(QUOTED)}\n").own == OWN
    assert written(f"{OWN}\n\n{line}\n\n{QUOTED}\n").own == OWN
    assert written(f"{line}\n{quoted(QUOTED)}\n\n{OWN}\n").own == OWN


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_an_answer_is_what_stands_above_a_copied_header(labels: tuple[str, ...]) -> None:
    values = (WHO, "Monday, 2 November 2026 10:00", "Ann <ann@example.org>", "Re: Lamp")
    for form in ("{}: {}", "*{}:* {}", "{}:\t{}"):
        header = "\n".join(form.format(label, value) for label, value in zip(labels, values, strict=True))
        for above in ABOVE:
            assert written(f"{OWN}\n\n{above}\n{header}\n\n{QUOTED}\n").own == OWN, (form, above)


@pytest.mark.parametrize("header", [*NOTES.values(), EM_CLIENT.format(WHO)], ids=[*NOTES, "eM Client"])
def test_headers_without_colons_or_lines_are_known_by_their_shape(header: str) -> None:
    assert written(f"{OWN}\n\n{header}{QUOTED}\n").own == OWN


def test_answers_between_what_is_quoted_are_kept_below_a_copied_header_too() -> None:
    header = f"-----Ursprüngliche Nachricht-----\nVon: {WHO}\nGesendet: Montag, 2. November 2026\nBetreff: Lampe\n\n"
    assert written(f"{header}> Welche Farbe?\nBlau.\n\n> Und die Größe?\n\nGroß.\n> Gruß\n").own == "Blau.\n\nGroß."


FORWARDS = {
    "gmail el": "---------- Προωθημένο μήνυμα ---------\nΑπό: {0}\nΗμερομηνία: 2 Νοε 2026\nΘέμα: Lamp\nΠρος: Ann\n\n",
    "apple el": "Αρχή προωθημένου μηνύματος:\n\n> Από: {0}\n> Θέμα: Lamp\n> Ημερομηνία: 2/11/2026\n> Προς: Ann\n> \n> ",
    "outlook ru": "Пожалуйста\n\n________\nОт: {0}\nОтправлено: 2 ноября 2026\nКому: Ann\nТема: Lamp\n\n",
    "notes": "----- Forwarded by Ann Lee/Shop on 02/11/2026 11:00 -----\n\nFrom:\t{0}\nTo:\tAnn\nSubject:\tLamp\n\n",
    "notes de": "----- Weitergeleitet von Ann/Shop am 02.11.2026 -----\n\nVon:\t{0}\nAn:\tAnn\nBetreff:\tLamp\n\n",
    "wp": "---------- Wiadomość przekazana ----------\nOd: {0}\nData: 2 listopada 2026\nTemat: Lamp\nDo: Ann\n\n",
    "yandex": "-------- Пересылаемое сообщение--------\n02.11.2026, 10:00, {0}:\n",
}


@pytest.mark.parametrize("above", FORWARDS.values(), ids=FORWARDS)
def test_a_forward_is_its_writers(above: str) -> None:
    end = "\n-------- Завершение пересылаемого сообщения --------\n" if "2026, 10:00" in above else "\n"
    found = message(above.format('"Bo Ek" <bo@example.net>') + "It is broken." + end, Subject="Fwd: Lamp")
    assert (found.sender, found.sender_name, found.subject) == ("bo@example.net", "Bo Ek", "Lamp")
    assert (found.text, facts(found).forwarded_by) == ("It is broken.", "ann@example.org")


@pytest.mark.parametrize(
    ("media_type", "encoding"),
    [("message/rfc822", "base64"), ("application/octet-stream", "base64"), ("application/octet-stream", "8bit")],
)
def test_a_forward_as_a_file_is_its_writers_however_it_is_packed(media_type: str, encoding: str) -> None:
    inner = raw("It is broken.\n", From="Bo <bo@example.net>", Subject="Lamp")
    packed = base64.encodebytes(inner).decode() if encoding == "base64" else inner.decode()
    body = (
        f'--b\n\nPlease.\n--b\nContent-Type: {media_type}\nContent-Disposition: attachment; filename="Lamp.eml"\n'
        f"Content-Transfer-Encoding: {encoding}\n\n{packed}\n--b--\n"
    )
    found = message(body, Content_Type='multipart/mixed; boundary="b"', Subject="Fwd: Lamp")
    assert (found.sender, found.text.strip(), facts(found).comment) == ("bo@example.net", "It is broken.", "Please.")


COPY = "Message-ID: <usher.7.0@shop.example>\nFrom: help@shop.example\nTo: cy@example.org\nSubject: Lamp\n\nHello\n"
SAYS_WHICH = {
    "exim": (
        {"From": "Mail Delivery System <Mailer-Daemon@mx.example>", "X-Failed-Recipients": "cy@example.org"},
        "A message that you sent could not be delivered.\n\n  cy@example.org\n    550 5.1.1 unknown user\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{COPY}",
    ),
    "qmail": (
        {"From": "MAILER-DAEMON@mx.example", "Subject": "failure notice", "Return-Path": "<>"},
        "Hi. This is the qmail-send program at mx.example.\nI've given up.\n\n<cy@example.org>:\n"
        f"Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n{COPY}",
    ),
    "yahoo": (
        {
            "From": "MAILER-DAEMON@yahoo.example",
            "Subject": "Failure Notice",
            "Content-Type": "multipart/mixed; boundary=y",
        },
        "--y\nContent-Type: text/plain\n\nSorry, we were unable to deliver your message.\n\n<cy@example.org>:\n"
        f"554: 5.1.1 no such user.\n\n--y\nContent-Type: message/rfc822\n\n{COPY}\n--y--\n",
    ),
    "gmail": (
        {
            "From": "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
            "Content-Type": "multipart/report; report-type=delivery-status; boundary=g",
        },
        "--g\nContent-Type: text/plain\n\n** Address not found **\n--g\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; googlemail.example\nX-Original-Message-ID: <usher.7.0@shop.example>\n\n"
        "Final-Recipient: rfc822; cy@example.org\nAction: failed\nStatus: 5.1.1\n\n"
        "--g\nContent-Type: text/rfc822-headers\n\n\n--g--\n",
    ),
}


@pytest.mark.parametrize(("fields", "body"), SAYS_WHICH.values(), ids=SAYS_WHICH)
def test_bounces_of_many_servers_say_which_mail_did_not_reach_whom(fields: dict[str, str], body: str) -> None:
    result = parsed(body, **fields)
    [receipt] = result.receipts
    assert (result.kind, receipt.state, receipt.external_id) == ("bounce", "failed", "usher.7.0@shop.example")
    assert (receipt.recipient, receipt.code) == ("cy@example.org", "5.1.1")


def test_a_server_that_goes_on_trying_has_not_failed() -> None:
    server = {"From": "Mail Delivery System <Mailer-Daemon@mx.example>", "Return-Path": "<>"}
    warning = parsed("The address is:\n\n  cy@example.org\n", Subject="Warning: message 1kZ delayed 24 hours", **server)
    said = parsed("It has not yet been\ndelivered to:\n\n  cy@example.org\n", Subject="Mail status", **server)
    for result in (warning, said):
        assert (result.kind, result.receipts, result.events) == ("bounce", (), ("delayed",))
    failed = parsed(f"550 5.1.1 <cy@example.org>\n--- copy\n{COPY}It has not yet been delivered.", **server)
    assert [receipt.state for receipt in failed.receipts] == ["failed"]


@pytest.mark.parametrize(
    "subject",
    [
        "Nie można dostarczyć: Lampa",
        "Zwrócona wiadomość",
        "Не удается доставить: Лампа",
        "Μη παραδοτέο: Λάμπα",
        "Δεν ήταν δυνατή η παράδοση: Λάμπα",
    ],
)
def test_a_bounce_is_told_by_its_subject_when_the_postmaster_writes(subject: str) -> None:
    assert parsed(Subject=subject, From="postmaster@mx.example").kind == "bounce"
    assert parsed(Subject=subject).kind == "message"


@pytest.mark.parametrize(
    "subject",
    [
        "Automatyczna odpowiedź: Lampa",
        "Autoodpowiedź: Lampa",
        "Автоответчик",
        "Abwesenheitsnotiz: Lampe",
        "Out of Office: Lamp",
        "Nieobecność w biurze: Lampa",
        "Poza biurem: Lampa",
        "Нет на работе: Лампа",
        "Απουσία από το γραφείο: Λάμπα",
        "Εκτός γραφείου: Λάμπα",
    ],
)
def test_an_absence_is_told_by_its_subject_when_it_answers(subject: str) -> None:
    assert parsed(Subject=subject, In_Reply_To="<usher.7.0@shop.example>").kind == "auto_reply"
    assert parsed(Subject=f"Re: {subject}", In_Reply_To="<usher.7.0@shop.example>").kind == "message"


@pytest.mark.parametrize(
    "fields",
    [{"Preference": "auto_reply"}, {"Delivered-To": "Autoresponder"}, {"X-POST-MessageClass": "9; Autoresponder"}],
)
def test_autoresponders_have_fields_of_their_own(fields: dict[str, str]) -> None:
    assert parsed(**fields).kind == "auto_reply"


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("windows-1250", "cp1250", "Zwrot zamówienia - źle działa"),
        ("iso-8859-2", "iso8859-2", "Reklamacja: pęknięta doniczka, proszę"),
        ("windows-1251", "cp1251", "Не пришёл заказ"),
        ("koi8-r", "koi8-r", "Не пришел заказ"),
        ("windows-1253", "cp1253", "Χαλασμένο φωτιστικό"),
        ("iso-8859-7", "iso8859-7", "Η παραγγελία μου"),
    ],
)
def test_headers_in_raw_bytes_are_read_whether_the_mail_says_their_charset_or_not(
    charset: str, codec: str, text: str
) -> None:
    head = b"From: ann@example.org\nSubject: " + text.encode(codec)
    file = (
        b'\nContent-Disposition: attachment; filename="' + text.replace(":", "").encode(codec) + b'.pdf"\n\nx\n--b--\n'
    )
    for said in (f"; charset={charset}", ""):
        body = f"\n--b\nContent-Type: text/plain{said}\n\n".encode() + text.encode(codec) + b"\n--b"
        found = parse(head + b"\nContent-Type: multipart/mixed; boundary=b\n" + body + file).messages[0]
        assert (found.subject, found.text.strip()) == (text, text)
        assert [each.name for each in found.attachments] == [text.replace(":", "") + ".pdf"]


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-2", "cp1250", "Świeża żółć – „źdźbło” i śruba"),
        ("iso-8859-7", "cp1253", "Άλλη μία “δοκιμή” – τέλος"),
        ("cp-1250", "cp1250", "Świeża żółć"),
        ("win-1251", "cp1251", "Привет"),
        ("utf-8", "cp1250", "Świeża żółć, źdźbło trawy"),
        ("unknown-8bit", "koi8-r", "Привет, как дела"),
    ],
)
def test_a_text_is_read_as_meant_where_its_label_is_wrong(label: str, codec: str, text: str) -> None:
    mail = raw("", Content_Type=f"text/plain; charset={label}") + text.encode(codec)
    assert parse(mail).messages[0].text == text
