"""What came with a mail: kept byte for byte, named at its message, handed out to be saved and to nobody else."""

from email.message import EmailMessage
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import inbound
from shared.db import Database
from tests.builders import EFFAT, a_director, an_inquiry, sign_in
from tests.inquiry.reading_pages import press
from tests.working import Working

PAGE = b"<script>alert(1)</script>"
PROTECTED = b"\x30\x80\x06\x09 enveloped"


def a_mail_with_files(to: str) -> bytes:
    """A question with files, some of which claim to be what a browser would open."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = EFFAT, to, "My papers"
    mail.set_content("They are with this mail.")
    mail.add_attachment(PAGE, maintype="text", subtype="html", filename="../../etc/cv.html")
    mail.add_attachment(PROTECTED, maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    mail.add_attachment(b"tnef", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return mail.as_bytes()


def _arrives(db: Database, work: Working, data: bytes) -> UUID:
    with db.transaction() as session:
        raw_id = inbound.store_raw(session, data, mailbox="imap")
    assert raw_id is not None
    work.drain()
    return raw_id


@pytest.fixture
def desk(inquiry_client: FlaskClient, inquiry_db: Database) -> FlaskClient:
    """A director's browser."""
    sign_in(inquiry_client, inquiry_db, a_director(inquiry_db))
    return inquiry_client


def test_files_stand_at_their_message_and_are_only_saved(
    inquiry_db: Database, inquiry_work: Working, desk: FlaskClient
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    inquiry_work.drain()
    mail = a_mail_with_files(str(inquiry_work.letters(EFFAT)[0]["Reply-To"]))
    raw_id = _arrives(inquiry_db, inquiry_work, mail)
    page = desk.get(f"/desk/inquiries/{inquiry_id}").text
    assert [name in page for name in ("cv.html", "smime.p7m", "winmail.dat")] == [True] * 3
    for number, data in ((1, PAGE), (2, PROTECTED), (3, b"tnef")):
        answer = desk.get(f"/desk/mails/{raw_id}/files/{number}")
        assert answer.data == data
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert desk.get(f"/desk/mails/{raw_id}/files/4").status_code == 404
    assert desk.get(f"/desk/mails/{raw_id}/original").data == mail


def test_the_askers_own_page_names_the_files(
    inquiry_db: Database, inquiry_work: Working, inquiry_client: FlaskClient
) -> None:
    an_inquiry(inquiry_db)
    inquiry_work.drain()
    letter = inquiry_work.letters(EFFAT)[0]
    _arrives(inquiry_db, inquiry_work, a_mail_with_files(str(letter["Reply-To"])))
    link = next(word for word in letter.as_string().replace("=\n", "").split() if "/inquiries/" in word)
    page = inquiry_client.get(link[link.index("/inquiries/") :].split('"')[0]).text
    assert "smime.p7m" in page
    assert "/desk/mails/" not in page


def test_the_same_file_is_kept_once(inquiry_db: Database, inquiry_work: Working) -> None:
    for subject in ("one", "two"):
        data = a_mail_with_files("hello@riverside.example").replace(b"My papers", subject.encode())
        _arrives(inquiry_db, inquiry_work, data)
    [files] = inquiry_db.run(text("SELECT count(*) AS n, count(DISTINCT sha256) AS kept FROM mail_file"))
    assert (files.n, files.kept) == (6, 3)


def test_a_mail_without_a_thread_shows_its_files(
    inquiry_db: Database, inquiry_work: Working, desk: FlaskClient
) -> None:
    raw_id = _arrives(inquiry_db, inquiry_work, a_mail_with_files("info@riverside.example"))
    page = desk.get("/desk/unfiled").text
    assert f"/desk/mails/{raw_id}/files/2" in page
    assert "Try to read it again" not in page


def test_a_mail_that_could_not_be_read_is_read_again_by_a_click(
    inquiry_db: Database, inquiry_work: Working, desk: FlaskClient
) -> None:
    raw_id = _arrives(inquiry_db, inquiry_work, a_mail_with_files("info@riverside.example"))
    inquiry_db.run(text("DELETE FROM mail_file"))
    inquiry_db.run(text("UPDATE raw_mail SET status = 'unreadable', error = 'MemoryError'"))
    shown = desk.get("/desk/unfiled")
    assert "We could not read this mail: MemoryError." in shown.text
    assert press(desk, shown, f"/desk/unfiled/{raw_id}/retry").status_code == 303
    inquiry_work.drain()
    page = desk.get("/desk/unfiled").text
    assert "We could not read" not in page
    assert "smime.p7m" in page
