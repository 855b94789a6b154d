"""A letter's bytes: one sender, one recipient, no header that a name began."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.letter_bytes import Composed, MailIdentity, build_message

IDENTITY = MailIdentity("hello@riverside.example", "riverside.example", "k" * 32)


def _built(name: str, subject: str = "Hello") -> EmailMessage:
    composed = Composed(subject, "text\n", "<p>text</p>", sender_name=name, recipient_name=name)
    data = build_message(composed, "effat@example.com", "<1@riverside.example>", IDENTITY)
    assert b"\n" not in data.replace(b"\r\n", b"")
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize(
    "name",
    [
        'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "CEO" <ceo@bank.example>, bbbbbbbbbbbbbbbbbbbb',
        "Dr. A. Montgomery-Whitfield, Riverside Career Training College of Health Sciences and Applied Technology",
        "Eve\r\nBcc: everybody@example.com",
        "ñandú, Ünal <x@y.example>" * 3,
    ],
)
def test_a_name_never_becomes_a_mailbox_or_a_header(name: str) -> None:
    message = _built(name)
    assert [a.addr_spec for a in message["From"].addresses] == ["hello@riverside.example"]
    assert [a.addr_spec for a in message["To"].addresses] == ["effat@example.com"]
    assert message["Bcc"] is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_makes_one_whole_letter(name: str, subject: str) -> None:
    message = _built(name.encode("utf-8", "replace").decode(), subject.encode("utf-8", "replace").decode())
    assert [a.addr_spec for a in message["To"].addresses] == ["effat@example.com"]
    assert len(message.get_all("Subject")) == 1
