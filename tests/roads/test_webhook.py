"""Mail by a signed POST: never unsigned, kept before the answer, and harmless to repeat."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from standardwebhooks import Webhook

from inquiry_service.app import create_app
from inquiry_service.domain.intake import MOST_BYTES
from inquiry_service.settings import InquirySettings
from inquiry_service.web.api import inbound
from shared.clock import unix_ms, utc_now
from shared.db import Database
from shared.settings import SettingsError
from shared.webhook_signature import key_of, signature
from tests.roads.taken import Books, a_mail

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()
DOOR = "/api/inquiry/v1/inbound"
NOTHING_LOST_OR_DOUBLED = (0, 0)


@pytest.fixture
def client(inquiry_db: Database, make_inquiry_settings: Callable[..., Any]) -> FlaskClient:
    """A program at the door."""
    return create_app(make_inquiry_settings(inbound_secret=SECRET)).test_client()


def signed(mail: bytes, *, secret: str = SECRET, at_s: int | None = None) -> dict[str, str]:
    """The headers of a signed mail."""
    at_s = at_s or unix_ms() // 1000
    return {
        "Content-Type": "message/rfc822",
        "webhook-id": "msg_1",
        "webhook-timestamp": str(at_s),
        "webhook-signature": signature(key_of(secret), "msg_1", at_s, mail),
    }


def test_a_signed_mail_is_kept_and_again_is_one(client: FlaskClient, books: Books) -> None:
    mail = a_mail(1) + bytes(range(256))
    answers = [client.post(DOOR, data=mail, headers=signed(mail)) for _ in range(2)]
    assert [(answer.status_code, answer.json) for answer in answers] == [
        (202, {"is_new": True}),
        (202, {"is_new": False}),
    ]
    assert books.lost_or_doubled([mail]) == NOTHING_LOST_OR_DOUBLED
    assert [row.mailbox for row in books.rows()] == ["webhook"]


def test_what_the_published_library_signs_is_taken(client: FlaskClient, books: Books) -> None:
    mail, now = a_mail(1), datetime.now(UTC)
    headers = signed(mail, at_s=int(now.timestamp())) | {
        "webhook-signature": "v1,c3RhbGU= " + Webhook(SECRET).sign("msg_1", now, mail.decode())
    }
    assert client.post(DOOR, data=mail, headers=headers).status_code == 202


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1a,AAAA"},
        {"webhook-signature": "v1,Grüße"},
        {"webhook-id": ""},
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "²"},
    ],
    ids=str,
)
def test_what_is_not_signed_is_not_taken(client: FlaskClient, books: Books, changed: dict[str, str]) -> None:
    headers = signed(a_mail(1)) | {name: value.encode().decode("latin-1") for name, value in changed.items()}
    assert client.post(DOOR, data=a_mail(1), headers=headers).status_code == 401
    assert books.rows() == []


def test_another_secret_another_body_and_another_time_are_not_taken(
    client: FlaskClient, books: Books
) -> None:
    late = int((utc_now() - timedelta(minutes=6)).timestamp())
    early = int((utc_now() + timedelta(minutes=6)).timestamp())
    tries = [
        (a_mail(1), signed(a_mail(1), secret=OTHER)),
        (a_mail(1) + b"x", signed(a_mail(1))),
        (a_mail(1), signed(a_mail(1), at_s=late)),
        (a_mail(1), signed(a_mail(1), at_s=early)),
    ]
    assert [client.post(DOOR, data=mail, headers=headers).status_code for mail, headers in tries] == [401] * 4
    assert books.rows() == []


def test_without_a_secret_nothing_is_taken(
    inquiry_client: FlaskClient, books: Books, make_inquiry_settings: Callable[..., Any]
) -> None:
    """Not even what is signed with an empty key."""

    at_s = unix_ms() // 1000
    digest = hmac.new(b"", f"msg_1.{at_s}.".encode() + a_mail(1), hashlib.sha256).digest()
    headers = signed(a_mail(1)) | {"webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}
    assert inquiry_client.post(DOOR, data=a_mail(1), headers=headers).status_code == 401
    assert books.rows() == []


def test_a_door_that_believes_everybody_takes_what_nobody_signed(
    client: FlaskClient, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: with the signature's check gone, another secret's mail is in."""
    monkeypatch.setattr(inbound, "is_signed", lambda secret, headers, body: True)
    headers = signed(a_mail(1), secret=OTHER)
    assert client.post(DOOR, data=a_mail(1), headers=headers).status_code == 202
    assert len(books.rows()) == 1


def test_too_much_nothing_and_another_type_are_refused(client: FlaskClient, books: Books) -> None:
    large = b"Subject: x\r\n\r\n" + b"x" * MOST_BYTES
    assert client.post(DOOR, data=large, headers=signed(large)).status_code == 413
    nothing = {"CONTENT_LENGTH": "0"}  # the client leaves it out
    assert client.post(DOOR, headers=signed(b""), environ_overrides=nothing).status_code == 422
    as_form = signed(a_mail(1)) | {"Content-Type": "text/plain"}
    assert client.post(DOOR, data=a_mail(1), headers=as_form).status_code == 415
    assert books.rows() == []


def test_a_mail_larger_than_other_bodies_may_be_is_taken(client: FlaskClient, books: Books) -> None:
    mail = a_mail(1, body="0123456789abcdef\r\n" * 60_000)
    assert client.post(DOOR, data=mail, headers=signed(mail)).status_code == 202
    assert books.lost_or_doubled([mail]) == NOTHING_LOST_OR_DOUBLED


def test_while_the_mail_cannot_be_kept_no_2xx_is_said(
    client: FlaskClient, books: Books, inquiry_urls: tuple[str, str]
) -> None:
    """The guard is that the answer comes after the commit: here it is the commit that fails."""
    owner = Database(inquiry_urls[1])
    owner.run(
        text(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING ERRCODE = '57P03'; END $$"
        )
    )
    owner.run(
        text(
            "CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON raw_mail DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    )
    try:
        answer = client.post(DOOR, data=a_mail(1), headers=signed(a_mail(1)))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    finally:
        owner.run(text("DROP FUNCTION refuse() CASCADE"))
        owner.dispose()
    assert books.rows() == []
    assert client.post(DOOR, data=a_mail(1), headers=signed(a_mail(1))).status_code == 202
    assert books.lost_or_doubled([a_mail(1)]) == NOTHING_LOST_OR_DOUBLED


@pytest.mark.parametrize("weak", ["secret", "whsec_", "whsec_c2hvcnQ=", "whsec_" + "A" * 44, SECRET[6:]])
def test_a_weak_secret_refuses_to_start(weak: str, make_inquiry_settings: Callable[..., Any]) -> None:
    values = {name: getattr(make_inquiry_settings(), name) for name in InquirySettings.__dataclass_fields__}
    with pytest.raises(SettingsError, match="INBOUND_SECRET") as refused:
        InquirySettings._checked(values | {"inbound_secret": weak})
    assert weak == "whsec_" or weak not in str(refused.value)
