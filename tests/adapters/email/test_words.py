"""Whose words they are, in many languages: answers lose what they quote, forwards are their writers'."""

from __future__ import annotations

import pytest

from adapters.email.forwarded import forwarded, plain_subject
from adapters.email.quotation import written

WROTE = [
    "On Mon, Nov 2, 2026 at 10:00 AM Bo Ek <bo@shop.example> wrote:",
    "Am 02.11.2026 um 10:00 schrieb Bo Ek <bo@shop.example>:",
    "Le lun. 2 nov. 2026 à 10:00, Bo Ek <bo@shop.example> a écrit :",
    "El lun, 2 nov 2026 a las 10:00, Bo Ek (<bo@shop.example>) escribió:",
    "Il giorno lun 2 nov 2026 alle ore 10:00 Bo Ek <bo@shop.example> ha scritto:",
    "Em seg., 2 de nov. de 2026 às 10:00, Bo Ek <bo@shop.example> escreveu:",
    "Op ma 2 nov 2026 om 10:00 schreef Bo Ek <bo@shop.example>:",
    "pon., 2 lis 2026 o 10:00 Bo Ek <bo@shop.example> napisał(a):",
    "Den mån 2 nov. 2026 kl 10:00 skrev Bo Ek <bo@shop.example>:",
    "man. 2. nov. 2026 kl. 10.00 skrev Bo Ek <bo@shop.example>:",
    "ma 2. marrask. 2026 klo 10.00 Bo Ek (bo@shop.example) kirjoitti:",
    "po 2. 11. 2026 v 10:00 odesílatel Bo Ek <bo@shop.example> napsal:",
    "пн, 2 нояб. 2026 г. в 10:00, Bo Ek <bo@shop.example>:",
    "02.11.2026 10:00, Bo Ek пишет:",
    "пн, 2 лист. 2026 р. о 10:00 Bo Ek <bo@shop.example> пише:",
    "Στις Δευ 2 Νοε 2026 στις 10:00 π.μ., ο χρήστης Bo Ek <bo@shop.example> έγραψε:",
    "Bo Ek <bo@shop.example>, 2 Kas 2026 Pzt, 10:00 tarihinde şunu yazdı:",
    "Bo Ek <bo@shop.example> ezt írta (időpont: 2026. nov. 2., H, 10:00):",
    "2026年11月2日(月) 10:00 Bo Ek <bo@shop.example>:",
    "Bo Ek <bo@shop.example> 于2026年11月2日周一 10:00写道：",
    "2026년 11월 2일 (월) 오전 10:00, Bo Ek <bo@shop.example>님이 작성:",
    "בתאריך יום ב׳, 2 בנוב׳ 2026 ב-10:00 מאת Bo Ek <\u202abo@shop.example\u202c\u200f>:",
    "On Mon, Nov 2, 2026 at 10:00 AM Bo Ek\n<bo@shop.example> wrote:",
    "-------- Original Message --------\nOn Nov 2, 2026, 10:00, Bo Ek < bo@shop.example> wrote:",
    "V pon., 2. nov. 2026 ob 10:00 je Bo Ek <bo@shop.example> napisal/-a:",
    "O lun, 2 nov 2026 ás 10:00, Bo Ek (<bo@shop.example>) escribiu:",
    "Missatge de Bo Ek <bo@shop.example> del dia dl., 2 de nov. 2026 a les 10:00:",
    "در تاریخ ۲ نوامبر ۲۰۲۶، ۱۰:۰۰ Bo Ek <bo@shop.example> نوشت:",
    ">>> Bo Ek <bo@shop.example> 11/2/2026 10:00 AM >>>",
    "---- On Mon, 02 Nov 2026 10:00:00 +0100 Bo Ek <bo@shop.example> wrote ---",
    '----------------\nКому: Ann (ann@x.example);\nТема: Лампа;\n02.11.2026, 10:00, "Bo Ek" <bo@shop.example>:',
    "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Monday, November 2nd, 2026 at 10:00 AM, Bo Ek <bo@shop.example> wrote:",
]
HEADERS = [
    "From: Bo Ek <bo@shop.example>\nSent: Monday, November 2, 2026 10:00\nTo: Ann\nSubject: Lamp",
    "-----Ursprüngliche Nachricht-----\nVon: Bo Ek <bo@shop.example>\nGesendet: Montag\nAn: Ann\nBetreff: Lamp",
    "________________________________\nDe : Bo Ek <bo@shop.example>\nEnvoyé : lundi\nÀ : Ann\nObjet : Lamp",
    "*From:* Bo Ek <bo@shop.example>\n*Date:* Monday\n*To:* Ann\n*Subject:* Lamp",
    "Fra: Bo Ek <bo@shop.example>\n\nSendt: mandag\n\nTil: Ann\n\nEmne: Lamp",
    "От: Bo Ek <bo@shop.example>\nОтправлено: понедельник\nКому: Ann\nТема: Lamp",
    "发件人: Bo Ek <bo@shop.example>\n发送时间: 2026年11月2日\n收件人: Ann\n主题: Lamp",
    "差出人: Bo Ek <bo@shop.example>\n送信日時: 2026年11月2日\n宛先: Ann\n件名: Lamp",
    "Od: Bo Ek <bo@shop.example>\nPoslano: ponedeljek\nZa: Ann\nZadeva: Lamp",
    "จาก: Bo Ek <bo@shop.example>\nส่ง: 2 พฤศจิกายน 2026\nถึง: Ann\nเรื่อง: Lamp",
    "من: Bo Ek <bo@shop.example>\nتم الإرسال: 2 نوفمبر 2026\nإلى: Ann\nالموضوع: Lamp",
    "From: Bo Ek <bo@shop.example>\nXyzd: Monday\nXyze: Monday\nTo: Ann\nSubject: Lamp",
    "---- Replied Message ----\n| From | Bo Ek<bo@shop.example> |\n| To | Ann |\n| Subject | Lamp |",
    "-----&nbsp;原始邮件&nbsp;-----\n发件人: Bo Ek <bo@shop.example>;\n收件人:&nbsp;Ann;\n主题:&nbsp;Lamp",
]


@pytest.mark.parametrize("quotes", ["> Hello Ann,\n> your lamp is here.", "Hello Ann,\n\nyour lamp is here."])
@pytest.mark.parametrize("line", WROTE)
def test_what_stands_under_wrote_is_not_ones_own(line: str, quotes: str) -> None:
    assert written(f"Thanks, I will\ncome by.\n\n{line}\n\n{quotes}\n").own == "Thanks, I will\ncome by."


@pytest.mark.parametrize(
    "line",
    [
        "##- Please type your reply above this line -##",
        "--- Reply above this line ---",
        "=== Bitte schreiben Sie Ihre Antwort über dieser Zeile ===",
    ],
)
def test_what_stands_under_the_line_to_answer_above_is_not_ones_own(line: str) -> None:
    assert written(f"Thanks!\n\n{line}\n\nBo (Lamp Shop)\n\nYour lamp is here.\n").own == "Thanks!"


def test_what_stands_above_a_quotation_in_a_language_nobody_wrote_down_is_part_of_it() -> None:
    quoted = "Xy 2 Xyz 2026 xy 10:00 Bo Ek <bo@shop.example> xyzxyz:\n\n> Your lamp is here.\n"
    assert written(f"Thanks!\n\n{quoted}").own == "Thanks!"
    assert written("Thanks!\n\nBo Ek writes:\n\n> Your lamp is here.\n").own == "Thanks!"
    assert written("You wrote:\nmy lamp is here.").own == "You wrote:\nmy lamp is here."


def test_a_date_and_a_name_above_a_quotation_are_part_of_it() -> None:
    assert written("Thanks!\n\n2012/4/3 Bo Ek <bo@shop.example>\n\n> Your lamp is here.\n").own == "Thanks!"
    assert written("Ask 2012/4/3 Bo Ek <bo@shop.example>").own == "Ask 2012/4/3 Bo Ek <bo@shop.example>"


@pytest.mark.parametrize("header", HEADERS)
def test_what_stands_under_a_copied_header_is_not_ones_own(header: str) -> None:
    assert written(f"Thanks, I will\ncome by.\n\n{header}\n\nHello Ann,\n").own == "Thanks, I will\ncome by."


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("prefix", ["Fwd: ", "FW: ", "WG: ", "TR: ", "RV: ", "Vs: ", "İLT: ", "PD: ", "轉寄: "])
def test_a_copied_header_under_a_forwards_subject_names_the_writer(header: str, prefix: str) -> None:
    found = forwarded(f"Can you help them?\n\n{header}\n\nMy lamp is broken.\n", f"{prefix}Lamp")
    assert found is not None
    assert (found.writer.name, found.writer.address) == ("Bo Ek", "bo@shop.example")
    assert (found.subject, found.note, found.text) == ("Lamp", "Can you help them?", "My lamp is broken.")


@pytest.mark.parametrize("header", HEADERS)
def test_a_copied_header_under_an_answers_subject_is_a_quotation(header: str) -> None:
    assert forwarded(f"Thanks!\n\n{header}\n\nMy lamp is broken.\n", "Re: Lamp") is None
    assert forwarded(f"Thanks!\n\n{header}\n\nMy lamp is broken.\n", "Lamp") is None


def test_an_answer_that_quotes_a_forward_is_no_forward() -> None:
    quoted = "> ---- Forwarded message ----\n> From: Cy <cy@x.example>\n> Subject: Lamp\n"
    text = f"Done.\n\nOn 2 Nov 2026, at 10:00, Bo <bo@x.example> wrote:\n{quoted}"
    assert forwarded(text, "Re: Fwd: Lamp") is None


def test_a_forward_in_a_language_nobody_wrote_down_is_known_by_its_shape() -> None:
    header = "Xyzo: Bo Ek <bo@shop.example>\nXyzd: 2026\nXyzt: Ann\nXyzs: Lamp"
    found = forwarded(f"---------- Xyz xyzxyz ---------\n{header}\n\nMy lamp is broken.\n", "Xy: Lamp")
    assert found is not None
    assert found.writer.address == "bo@shop.example"


@pytest.mark.parametrize(
    "text",
    [
        "I wrote to you on 3 May:\nno answer came.",
        "From: the shop\nTo: my home\nthat is a long way.",
        "My order:\n- lamp\n- chair\n\nMeeting at 10:30, please confirm:\nyes or no",
        "Total > 100\n100 < 200",
        "I am writing about: order 1234\nDate: next week\nThanks",
        "Sent from my desk, which is easier than my phone.",
        "From: London\nTo: Paris\nDate: 5 May\nTwo people, please.",
        "Von: Berlin, Hauptstr. 1\nAn: Hamburg\nDatum: 3.5.2026\nGewicht: 5 kg",
        "Da: Roma\nA: Milano\nData: 3 maggio\nPosti: 2",
        "On 3 May 2026 I wrote to you:\nno answer came.",
        "Am 3. Mai 2026 um 10 Uhr schrieb ich Ihnen:\n\nes kam keine Antwort.",
    ],
)
def test_ones_own_words_stay(text: str) -> None:
    assert written(text).own == text
    assert written(f"Hello,\n\n{text}").own == f"Hello,\n\n{text}"


def test_a_line_that_begins_like_a_mailboxes_first_stays() -> None:
    assert written("Hi.\n>From Monday on I am away.\nBye.").own == "Hi.\nFrom Monday on I am away.\nBye."
    assert written("Yes.\n>Are you away\n>From Monday on?\n").own == "Yes."


def test_answers_between_the_lines_stay_and_the_questions_go() -> None:
    text = (
        "On 2 Nov 2026, at 10:00, Bo <bo@x.example> wrote:\n> Which lamp?\n\nThe blue one.\n\n> Since when?\nMonday.\n"
    )
    assert written(text).own == "The blue one.\n\nMonday."


def test_a_mail_of_nothing_but_quotation_is_left_whole() -> None:
    text = "On 2 Nov 2026, at 10:00, Bo <bo@x.example> wrote:\n> Which lamp?"
    assert written(text).own == text


def test_a_signature_is_told_and_stays() -> None:
    assert written("Hi.\n\n-- \nAnn Lee\nShop").signature == "-- \nAnn Lee\nShop"
    assert written("Hi.\n\nVon meinem iPhone gesendet").signature == "Von meinem iPhone gesendet"
    assert written("Hi.\n\nSent with Proton Mail secure email.").signature == "Sent with Proton Mail secure email."
    assert written("Hi.\n\nTélécharger Outlook pour iOS").signature == "Télécharger Outlook pour iOS"
    assert written("Hi.\n\nSent from my Pixel").own == "Hi.\n\nSent from my Pixel"
    assert written("Costs -- as said -- 5").signature == ""


def test_a_subject_loses_the_words_of_answers_and_forwards() -> None:
    assert plain_subject("AW: Re[2]: FW: Fwd: Lamp: blue") == "Lamp: blue"
    assert plain_subject("Re: [Fwd: Lamp]") == "Lamp"
    assert plain_subject("[Shop: Lamp]") == "[Shop: Lamp]"
