"""A signature around a mail does not hide it; what is encrypted is said to be."""

from __future__ import annotations

import base64

import pytest

from adapters.email.signed import clear_text, signed_content
from tests.adapters.email.mails import message

INNER = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "Grüße, die Lampe ist kaputt.\r\n".encode()
SIGNED = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
ENVELOPED = bytes.fromhex("06092a864886f70d010703")


def field(tag: int, content: bytes) -> bytes:
    """One value, its length in two bytes."""
    return bytes([tag, 0x82]) + len(content).to_bytes(2) + content


VERSION_AND_ALGORITHMS = field(0x02, b"\x01") + field(0x31, b"")
IN_ONE = field(
    0x30,
    SIGNED + field(0xA0, field(0x30, VERSION_AND_ALGORITHMS + field(0x30, DATA + field(0xA0, field(0x04, INNER))))),
)
IN_PARTS = (
    b"\x30\x80" + SIGNED + b"\xa0\x80\x30\x80" + VERSION_AND_ALGORITHMS + b"\x30\x80" + DATA + b"\xa0\x80\x24\x80"
    + field(0x04, INNER[:20]) + field(0x04, INNER[20:]) + b"\0\0" * 6
)  # fmt: skip


@pytest.mark.parametrize("signed", [IN_ONE, IN_PARTS], ids=["in one", "in parts"])
def test_a_mail_signed_as_a_whole_is_read(signed: bytes) -> None:
    found = message(
        base64.encodebytes(signed).decode(),
        Content_Type="application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        Content_Transfer_Encoding="base64",
    )
    assert (found.text, found.placeholder) == ("Grüße, die Lampe ist kaputt.", "")
    for end in range(0, len(signed), 7):
        assert isinstance(signed_content(signed[:end]), bytes)


def test_what_only_its_recipient_can_read_is_said_to_be_encrypted() -> None:
    smime = message(
        base64.encodebytes(field(0x30, ENVELOPED + field(0xA0, b"x"))).decode(),
        Content_Type="application/pkcs7-mime; name=smime.p7m",
        Content_Transfer_Encoding="base64",
    )
    pgp = message("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----\n")
    assert (smime.placeholder, pgp.placeholder) == ("encrypted", "encrypted")


def test_a_text_signed_by_pgp_is_the_text() -> None:
    signed = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThank you.\n- -- \nAnn\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    assert message(signed).text == "Thank you.\n-- \nAnn"
    assert clear_text(f"Hi\n{signed}Bye\n") == "Hi\nThank you.\n-- \nAnn\nBye\n"
    cut = signed.partition("=abcd")[0]
    assert clear_text(cut) == cut
