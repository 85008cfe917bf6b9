"""Forwards of the common mail programs in the languages they are translated to, each line with each header."""

from __future__ import annotations

import pytest

from adapters.email.forwarded import forwarded
from adapters.email.quotation import written
from tests.adapters.email.mails import message

WRITER = "Bo Ek <bo@shop.example>"
BODY = "My lamp is broken.\n\nCan you help?"

HEADERS = [
    line.split(", ")
    for line in (
        "From, Subject, Date, To",
        "Von, Betreff, Datum, An",
        "De, Objet, Date, À",
        "De, Asunto, Fecha, Para",
        "De, Assunto, Data, Para",
        "Da, Oggetto, Data, A",
        "Mittente, Oggetto, Data, A",
        "Van, Onderwerp, Datum, Aan",
        "Fra, Emne, Dato, Til",
        "Från, Ämne, Datum, Till",
        "Lähettäjä, Aihe, Päivämäärä, Vastaanottaja",
        "Od, Temat, Data, Do",
        "Nadawca, Temat, Data, Adresat",
        "Od, Předmět, Datum, Komu",
        "Od, Predmet, Dátum, Pre",
        "Feladó, Tárgy, Dátum, Címzett",
        "Šalje, Predmet, Datum, Prima",
        "Expeditorul, Subiectul, Dată, Destinatarul",
        "Отправитель, Тема, Дата, Кому",
        "Від кого, Тема, Дата, Кому",
        "Kimden, Konu, Tarih, Kime",
        "Saatja, Teema, Kuupäev, Saaja",
        "Από, Θέμα, Ημερομηνία, Προς",
        "差出人, 件名, 日時, 宛先",
        "送信元, 件名, 日付, 送信先",
        "发件人, 主题, 日期, 收件人",
        "보낸 사람, 제목, 날짜, 받는 사람",
    )
]
ABOVE_QUOTED = [
    "Begin forwarded message",
    "Anfang der weitergeleiteten Nachricht",
    "Début du message réexpédié",
    "Inicio del mensaje reenviado",
    "Início da mensagem reencaminhada",
    "Inizio messaggio inoltrato",
    "Begin doorgestuurd bericht",
    "Start på videresendt besked",
    "Vidarebefordrat mejl",
    "Välitetty viesti alkaa",
    "Początek przekazywanej wiadomości",
    "Začátek přeposílané zprávy",
    "Začiatok preposlanej správy",
    "Továbbított levél kezdete",
    "Započni proslijeđenu poruku",
    "Începe mesajul redirecționat",
    "Начало переадресованного сообщения",
    "Початок листа, що пересилається",
    "İleti başlangıcı",
]
RULED = [
    "Forwarded message",
    "Weitergeleitete Nachricht",
    "Message transféré",
    "Message transmis",
    "Mensaje reenviado",
    "Mensagem encaminhada",
    "Messaggio Inoltrato",
    "Doorgestuurd bericht",
    "Videresendt meddelelse",
    "Vidarebefordrat meddelande",
    "Välitetty viesti / Fwd.Msg",
    "Treść przekazanej wiadomości",
    "Wiadomość przesłana dalej",
    "Přeposlaná zpráva",
    "Preposlaná správa --- Forwarded Message",
    "Továbbított üzenet",
    "Proslijeđena poruka",
    "Mesaj redirecționat",
    "Пересылаемое сообщение",
    "Перенаправленное сообщение",
    "Переслане повідомлення",
    "İletilen İleti",
    "İletilmiş Mesaj",
    "メッセージを転送",
]
WROTE = [
    'On 28/10/2021 12:46, "Bo Ek" <bo@shop.example> wrote:',
    'Am 28/10/2021 12:46 schrieb "Bo Ek" <bo@shop.example>:',
    "Le 28/10/2021 12:46, « Bo Ek » <bo@shop.example> a écrit :",
    'El 28/10/2021 12:46, "Bo Ek" <bo@shop.example> escribió:',
    'Il giorno 28/10/2021 12:46 "Bo Ek" <bo@shop.example> ha scritto:',
    "Op 28/10/2021 12:46 heeft Bo Ek <bo@shop.example> geschreven:",
    'D. 28/10/2021 12:46 skrev "Bo Ek" <bo@shop.example>:',
    "Bo Ek <bo@shop.example> skrev følgende den 28/10/2021, 12:46:",
    'Den 28/10/2021 12:46 skrev "Bo Ek" <bo@shop.example> följande:',
    "Bo Ek <bo@shop.example> kirjoitti 28/10/2021 12:46:",
    "Dnia 28/10/2021 12:46 „Bo Ek” <bo@shop.example> napisał:",
    "Dne 28/10/2021 12:46, Bo Ek <bo@shop.example> napsal(a):",
    "28/10/2021 12:46 používateľ Bo Ek (<bo@shop.example>) napísal:",
    "28/10/2021 12:46 időpontban Bo Ek (bo@shop.example) ezt írta:",
    '28/10/2021 12:46 пользователь "Bo Ek" <bo@shop.example> написал:',
    '"Bo Ek" <bo@shop.example>, 28/10/2021 12:46 tarihinde şunu yazdı:',
]

FIELDS = f"From: {WRITER}\nTo: <ann@example.org>\nDate: 28/10/2021 12:46\nSubject: Lamp"
BY_PROGRAM = {
    "zoho": f"{'=' * 12} Forwarded message {'=' * 12}\n{FIELDS}\n{'=' * 12} Forwarded message {'=' * 12}\n\n{BODY}",
    "kmail": f"----------  Forwarded Message  ----------\n\n{FIELDS}\n\n{BODY}\n{'-' * 41}",
    "the bat": f"This is a forwarded message\n{FIELDS}\n\n===8<=====Original message text=====\n{BODY}\n"
    "===8<=====End of original message text=====",
    "gmx": "> " + f"{FIELDS}\n\n{BODY}".replace("\n", "\n> "),
    "orange": "> Message du 28/10/21 12:46\n> "
    + f"De : {WRITER}\nA : ann\nObjet : Lamp\n\n{BODY}".replace("\n", "\n> "),
    "gmail, bold": f"---------- Forwarded message ---------\n{FIELDS.replace('Bo Ek', '*Bo Ek*')}\n\n\n{BODY}",
    "with a writer only": f"------- Forwarded Message -------\nFrom: {WRITER}\n\n{BODY}",
    "proton": f"‐‐‐‐‐‐‐ Forwarded Message ‐‐‐‐‐‐‐\n{FIELDS}\n\n{BODY}",
}

each_header = pytest.mark.parametrize("names", HEADERS, ids=lambda names: names[0])


def header(names: list[str]) -> str:
    writer, subject, date, to = names
    return f"{writer}: {WRITER}\n{subject}: Lamp\n{date}: 28/10/2021 12:46\n{to}: ann@example.org\n"


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def is_bos(text: str, subject: str = "Fwd: Lamp") -> bool:
    found = forwarded(text, subject)
    if found is None:
        return False
    return (found.writer.name, found.writer.address) == ("Bo Ek", "bo@shop.example") and (
        (found.subject, found.text) == ("Lamp", BODY)
    )


@pytest.mark.parametrize("program", BY_PROGRAM)
def test_a_forward_is_its_writers_whatever_a_program_puts_around_it(program: str) -> None:
    assert is_bos(BY_PROGRAM[program])
    found = forwarded(f"Please help.\n\n{BY_PROGRAM[program]}", "[Fwd: Lamp]")
    assert found is not None
    assert (found.note, found.subject) == ("Please help.", "Lamp")


def test_a_forward_whose_writer_cannot_be_told_is_shown_whole() -> None:
    body = "Please help.\n\n---------- Forwarded message ---------\n\nMy lamp is broken.\n"
    found = message(body, Subject="Fwd: Lamp")
    assert (found.sender, found.text) == ("ann@example.org", body.strip())
    assert message(body, Subject="Re: Lamp").text == "Please help."


@each_header
def test_a_forward_quoted_below_a_line_is_its_writers(names: list[str]) -> None:
    for line in ABOVE_QUOTED:
        assert is_bos(quoted(f"{line}:\n\n{header(names)}\n{BODY}")), line
        assert is_bos(f"Please help.\n\n{line}:\n\n" + quoted(f"{header(names)}\n{BODY}")), line


@each_header
def test_a_forward_below_a_rule_is_its_writers(names: list[str]) -> None:
    writer, subject, date, to = names
    for line in RULED:
        assert is_bos(f"Please help.\n\n-------- {line} --------\n{header(names)}\n\n{BODY}"), line
        run_together = f'{writer}: {WRITER}{to}: "ann" <ann@example.org>{date}: 28 October{subject}: Lamp'
        assert is_bos(f"   ----- {line} ----- {run_together}\n {BODY}"), line


@each_header
def test_a_forward_that_only_its_subject_tells_is_its_writers(names: list[str]) -> None:
    for prefix in ("FW", "Fwd", "WG", "TR", "RV", "I", "VB", "VL", "Videresend", "PD", "ENC", "Redir.", "İLT"):
        assert is_bos(f"Please help.\n\n{'_' * 32}\n{header(names)}\n{BODY}", f"{prefix}: Lamp"), prefix
        assert is_bos(f"{header(names)}{BODY}", f"{prefix}: Lamp"), prefix


@each_header
def test_the_same_header_in_an_answer_is_a_quotation(names: list[str]) -> None:
    for above in ("", f"{'_' * 32}\n", "-----Original Message-----\n"):
        assert forwarded(f"Thanks!\n\n{above}{header(names)}\n{BODY}", "Re: Lamp") is None
        assert written(f"Thanks!\n\n{above}{header(names)}\n{BODY}").own == "Thanks!"


@pytest.mark.parametrize("line", WROTE)
def test_a_forward_below_wrote_is_its_writers_when_its_subject_says_so(line: str) -> None:
    indented = "\n".join(f"    {text}".rstrip() for text in BODY.splitlines())
    found = forwarded(f"\ufeff{line}\n\n{indented}\n", "FW: Lamp")
    assert found is not None
    assert (found.writer.name, found.writer.address, found.text) == ("Bo Ek", "bo@shop.example", BODY)
