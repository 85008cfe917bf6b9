"""What machines write is told from what people write, so that nothing answers them."""

from __future__ import annotations

import pytest

from tests.adapters.email.mails import facts, message, parsed

REPORT = 'multipart/report; report-type=delivery-status; boundary="b"'


def dsn(action: str, status: str) -> str:
    return (
        "--b\n\nSomething happened.\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; cy@example.org\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\n"
        "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <usher.7.0@shop.example>\n--b--\n"
    )


def test_a_failed_delivery_says_which_mail_did_not_reach_whom_and_why() -> None:
    result = parsed(dsn("failed", "5.1.1"), Content_Type=REPORT, From="MAILER-DAEMON")
    assert result.kind == "bounce"
    [receipt] = result.receipts
    assert (receipt.external_id, receipt.state) == ("usher.7.0@shop.example", "failed")
    assert (receipt.recipient, receipt.code, receipt.outlook) == ("cy@example.org", "5.1.1", "never")
    assert receipt.reason == "550 5.1.1 no such user"


def test_a_delayed_delivery_has_not_failed_yet() -> None:
    result = parsed(dsn("delayed", "4.4.1"), Content_Type=REPORT)
    assert (result.kind, result.receipts, result.events) == ("bounce", (), ("delayed",))


def test_a_delivery_that_succeeded_is_a_status() -> None:
    result = parsed(dsn("delivered", "2.0.0"), Content_Type=REPORT)
    assert (result.kind, [receipt.state for receipt in result.receipts]) == ("status", ["delivered"])


@pytest.mark.parametrize(("disposition", "states"), [("displayed", ["read"]), ("deleted", [])])
def test_a_read_receipt_is_a_status(disposition: str, states: list[str]) -> None:
    body = (
        "--b\n\nYour mail was read.\n--b\nContent-Type: message/disposition-notification\n\n"
        f"Original-Message-ID: <7@shop.example>\nDisposition: manual-action/MDN-sent-manually; {disposition}\n--b--\n"
    )
    result = parsed(body, Content_Type='multipart/report; report-type=disposition-notification; boundary="b"')
    assert (result.kind, [receipt.state for receipt in result.receipts]) == ("status", states)


def test_a_complaint_is_a_bounce_of_somebody_who_wants_no_more() -> None:
    body = (
        "--b\n\nSpam.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
        "Original-Rcpt-To: cy@example.org\n"
        "--b\nContent-Type: message/rfc822\n\nMessage-ID: <7@shop.example>\n\nx\n--b--\n"
    )
    result = parsed(body, Content_Type='multipart/report; report-type=feedback-report; boundary="b"')
    assert (result.kind, result.events, result.receipts[0].outlook) == ("bounce", ("complaint",), "opt_out")


@pytest.mark.parametrize(
    "fields",
    [
        {
            "From": "Mail Delivery System <Mailer-Daemon@mx.example>",
            "Subject": "Delivery Status Notification (Failure)",
        },
        {"From": "postmaster@mx.example", "Subject": "Unzustellbar: Hallo"},
        {"From": "postmaster@mx.example", "Subject": "Undeliverable: Hello", "Auto-Submitted": "auto-replied"},
        {"From": "mx@mx.example", "Subject": "Returned mail: see transcript for details", "Return-Path": "<>"},
        {"From": "", "Subject": "failure notice"},
        {"From": "gate@mx.example", "X-Failed-Recipients": "cy@example.org", "Subject": "Oh"},
        {"From": "mailer-daemon@mail.ru", "Subject": "Ваше сообщение не доставлено"},
        {"From": f"Outlook <MicrosoftExchange{'0a' * 16}@mx.example>", "Subject": "Nelivrabil: Lampă"},
        {"From": "postmaster@mx.example", "Subject": "Não é possível entregar: Olá"},
        {"From": "postmaster@mx.example", "Subject": "Kan inte levereras: Hej"},
        {"From": "postmaster@mx.example", "Subject": "לא ניתן למסור: שלום"},
    ],
)
def test_a_bounce_for_people_is_one_too(fields: dict[str, str]) -> None:
    result = parsed("We could not deliver to\n  cy@example.org\n    550 5.1.1 unknown\n", **fields)
    assert result.kind == "bounce"
    assert facts(result.messages[0]).silent


def test_an_address_of_the_internet_is_no_status_code() -> None:
    text = "The following address failed:\n\n  cy@example.org\n    host mx [1.2.3.4]: 550 unknown\n"
    [receipt] = parsed(text, From="Mailer-Daemon@mx.example", Subject="Mail delivery failed").receipts
    assert (receipt.recipient, receipt.code, receipt.outlook) == ("cy@example.org", "550", "never")


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated (rejected)"},
        {"X-Autoreply": "yes"},
        {"X-Autorespond": "1"},
        {"Precedence": "auto_reply"},
        {"Return-Path": "<>"},
        {"Subject": "Automatic reply: Your lamp", "X-Auto-Response-Suppress": "All"},
        {"Subject": "Abwesenheitsnotiz: Lampe", "Precedence": "bulk"},
        {"Subject": "Automatische Antwort: Lampe", "In-Reply-To": "<7@shop.example>"},
        {"Subject": "Respuesta automática: Lámpara", "In-Reply-To": "<7@shop.example>"},
        {"Subject": "Автоответ: Лампа", "In-Reply-To": "<7@shop.example>"},
        {"Subject": "Samodejni odgovor: Luč", "In-Reply-To": "<7@shop.example>"},
        {"Subject": "ตอบกลับอัตโนมัติ: Lamp", "In-Reply-To": "<7@shop.example>"},
        {"Subject": "[Auto-Reply] Lamp", "In-Reply-To": "<7@shop.example>"},
        {"Subject": "OOO: Lamp", "In-Reply-To": "<7@shop.example>"},
    ],
)
def test_an_automatic_answer_is_told_by_more_than_its_subject(fields: dict[str, str]) -> None:
    result = parsed(**fields)
    assert result.kind == "auto_reply"
    assert not result.messages[0].opens


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto-Submitted": "no"},
        {"Auto-Submitted": "No (person)"},
        {"X-Autoreply": "no"},
        {"Subject": "Out of office chairs?"},
        {"Subject": "Undeliverable: what does this mean?"},
        {"Subject": "Re: Automatic reply: lamp", "In-Reply-To": "<7@shop.example>"},
        {"Return-Path": "<ann@example.org>"},
    ],
)
def test_people_are_not_taken_for_machines(fields: dict[str, str]) -> None:
    result = parsed(**fields)
    assert result.kind == "message"
    assert result.messages[0].opens
    assert not facts(result.messages[0]).silent


@pytest.mark.parametrize(
    "fields",
    [
        {"Precedence": "list"},
        {"List-Id": "<lamps.example>"},
        {"List-Unsubscribe": "<mailto:off@x>"},
        {"From": "no-reply@x.example"},
        {"X-Auto-Response-Suppress": "OOF"},
    ],
)
def test_lists_and_senders_nobody_reads_are_messages_no_machine_answers(fields: dict[str, str]) -> None:
    found = message(**fields)
    assert found.opens
    assert facts(found).silent


def test_a_person_who_forwards_a_bounce_is_a_person() -> None:
    inner = dsn("failed", "5.1.1").replace("--b", "--i")
    head = f"From: MAILER-DAEMON\nContent-Type: {REPORT.replace('b', 'i')}\n\n"
    body = f"--b\n\nWhat is this?\n--b\nContent-Type: message/rfc822\n\n{head}{inner}\n--b--\n"
    assert parsed(body, Content_Type='multipart/mixed; boundary="b"').kind == "message"
