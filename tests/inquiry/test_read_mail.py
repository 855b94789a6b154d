"""`read-mail` on the command line: one line of JSON a mail, whatever the mail is, without any setting."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parents[3] / "shared/cases"
KEYS = ["file", "kind", "from", "subject", "message_id", "text", "quoted", "attachments", "bounce", "error"]


def _read(*files: Path) -> list[dict[str, Any]]:
    """What it prints, with nothing of ours in its environment."""
    done = subprocess.run(
        [sys.executable, "-m", "inquiry_service", "read-mail", *map(str, files)],
        env={"PATH": os.defpath},
        capture_output=True,
        check=True,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_it_prints_what_a_person_wrote_and_what_they_sent_with_it(tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_bytes(
        b"From: Ann <Ann@Example.com>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nMessage-ID: <1@x>\n"
        b"Content-Type: multipart/mixed; boundary=B\n\n--B\n\nYes, please.\n\n"
        b"On Mon, Nov 23, 2026 at 10:00 AM Desk <d@riverside.example> wrote:\n> Do you come?\n"
        b"--B\nContent-Type: application/pdf; name=../../cv.pdf\nContent-Transfer-Encoding: base64\n\nAAEC\n--B--\n"
    )
    [line] = _read(mail)
    assert list(line) == KEYS
    assert (line["kind"], line["from"], line["subject"]) == ("person", "ann@example.com", "Grüße")
    assert (line["message_id"], line["text"], line["error"]) == ("<1@x>", "Yes, please.", None)
    assert "> Do you come?" in line["quoted"]
    assert line["attachments"] == [{"name": "cv.pdf", "type": "application/pdf", "bytes": 3}]


def test_it_says_whose_address_a_bounce_is_about(tmp_path: Path) -> None:
    mail = tmp_path / "b.eml"
    mail.write_bytes(
        b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n"
        b"I wasn't able to deliver your message.\n\n<ann@example.com>:\n550 5.1.1 no such user\n"
    )
    [line] = _read(mail)
    assert line["kind"] == "bounce"
    assert line["bounce"] == {
        "address": "ann@example.com",
        "permanent": True,
        "addresses": ["ann@example.com"],
    }


def test_a_bad_file_is_a_line_and_the_next_one_is_read(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.eml", tmp_path / "bad.eml"
    good.write_bytes(b"From: a@b.example\n\nhello\n")
    bad.write_bytes(b"\x00\x01 no header at all")
    lines = _read(tmp_path / "nowhere.eml", tmp_path, bad, good)
    assert [line["error"] is None for line in lines] == [False, False, False, True]
    assert "no header at all" in lines[2]["text"]
    assert lines[3]["text"] == "hello"


@pytest.mark.skipif(not CASES.is_dir(), reason="the folder shared/cases is absent")
@pytest.mark.parametrize("folder", ["mime", "bounce/mails", "mail-ham", "mail-spam"])
def test_no_real_mail_is_lost(folder: str) -> None:
    files = sorted((CASES / folder).iterdir())
    lines = _read(*files)
    assert [line["file"] for line in lines] == [str(file) for file in files]
    assert [line["error"] for line in lines if line["error"]] == []
