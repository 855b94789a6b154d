"""`doctor mail` prints the conversation with the mail server that mail and copies are read from, without the password."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.doctor.dialogues import examine_mail
from tests.roads.dovecot import PASSWORD, Account
from tests.roads.taken import mails


def _asked_nobody(name: str) -> list[str]:
    raise AssertionError(name)


def test_the_conversation_names_folder_uidvalidity_and_next_uid(
    account: Account, make_inquiry_settings: Callable[..., Any]
) -> None:
    account.deliver(*mails(3))
    with account.person("Journal"):
        pass
    settings = make_inquiry_settings(imap_url=account.url(), journal_url=account.url("/Journal"))
    said: list[str] = []
    found = examine_mail(settings, _asked_nobody, said.append)
    assert [(one.what, one.level) for one in found] == [
        ("mail", "ok"),
        ("imap_url", "ok"),
        ("journal_url", "ok"),
    ]
    words = "\n".join(said)
    assert "Dovecot" in words
    assert "> EXAMINE INBOX\n  < * 3 EXISTS\n  < * OK [UIDVALIDITY " in words
    assert "[UIDNEXT 4]" in words
    assert PASSWORD not in words
    assert all(flags in ((), ("\\Recent",)) for flags in account.flags().values())


@pytest.mark.parametrize(("password", "path"), [("wrong", "/INBOX"), ("", "/NotThere")])
def test_what_the_server_refuses_is_said(
    account: Account, make_inquiry_settings: Callable[..., Any], password: str, path: str
) -> None:
    url = account.url(path)
    if password:
        url = f"imaps://{account.user.replace('@', '%40')}:{password}@localhost:{account.server.port}{path}"
    said: list[str] = []
    found = examine_mail(make_inquiry_settings(imap_url=url), _asked_nobody, said.append)
    assert found[1].level == "wrong"
    assert "> LOGIN (not shown)" in "\n".join(said)
