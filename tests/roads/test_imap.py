"""Mail from a mail server's folders: nothing lost, nothing twice, and the server's copy touched last."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import text

from inquiry_service.roads import mailboxes
from inquiry_service.roads.imap_server import KEYWORD
from shared.clock import utc_now
from tests.roads.dovecot import Account
from tests.roads.interposed import Interposed, pass_on
from tests.roads.poison import poisoned
from tests.roads.taken import Books, a_mail, mails

Read = Callable[..., int]
NOTHING_LOST_OR_DOUBLED = (0, 0)


def test_what_lies_there_is_taken_in_once(account: Account, read: Read, books: Books) -> None:
    delivered = mails(5)
    account.deliver(*delivered)
    assert read(account.url()) == 5
    assert read(account.url()) == 0
    assert books.lost_or_doubled(delivered) == NOTHING_LOST_OR_DOUBLED
    assert {row.mailbox for row in books.rows()} == {
        f"imap:{account.user}@localhost:{account.server.port}/INBOX"
    }


def test_the_server_s_copy_is_flagged_and_stays_unread(account: Account, read: Read) -> None:
    account.deliver(*mails(2))
    read(account.url())
    assert account.flags() == {1: (KEYWORD,), 2: (KEYWORD,)}


def test_the_server_s_copy_is_left_alone(account: Account, read: Read, books: Books) -> None:
    account.deliver(*mails(2))
    assert read(account.url("/INBOX?after=none")) == 2
    assert account.flags() == {1: (), 2: ()}


def test_the_server_s_copy_is_moved_to_a_folder_that_is_made(account: Account, read: Read) -> None:
    account.deliver(*mails(3))
    assert read(account.url("/INBOX?after=move&to=Übernommen%20%26%20%22ab%22")) == 3
    assert account.flags() == {}
    assert len(account.flags('Übernommen & "ab"')) == 3


def test_the_same_mail_twice_is_one_and_progress_goes_on(account: Account, read: Read, books: Books) -> None:
    account.deliver(a_mail(1), a_mail(1), a_mail(2))
    assert read(account.url()) == 2
    assert [(row.last_uid, row.waiting) for row in books.mailboxes()] == [(3, 0)]
    account.deliver(a_mail(1))
    assert read(account.url()) == 0
    assert books.mailboxes()[0].last_uid == 4
    assert books.lost_or_doubled([a_mail(1), a_mail(2)]) == NOTHING_LOST_OR_DOUBLED


def test_the_same_mail_in_two_folders_is_one(account: Account, read: Read, books: Books) -> None:
    account.deliver(a_mail(1), a_mail(2))
    account.deliver(a_mail(2), a_mail(3), folder="Junk")
    read(account.url("/INBOX?folder=Junk"))
    assert books.lost_or_doubled([a_mail(1), a_mail(2), a_mail(3)]) == NOTHING_LOST_OR_DOUBLED
    assert len(books.mailboxes()) == 2


def test_mails_without_a_message_id_and_with_another_s_are_all_taken_in(
    account: Account, read: Read, books: Books
) -> None:
    delivered = [
        a_mail(1, message_id=None),
        a_mail(2, message_id=None),
        a_mail(3, message_id="<same@example.com>"),
        a_mail(4, message_id="<same@example.com>"),
    ]
    account.deliver(*delivered)
    assert read(account.url()) == 4
    assert books.lost_or_doubled(delivered) == NOTHING_LOST_OR_DOUBLED


def test_after_seven_days_away_everything_that_came_meanwhile_is_taken_in(
    account: Account, read: Read, books: Books
) -> None:
    account.deliver(a_mail("before"))
    read(account.url())
    account.server.stop()
    try:
        assert read(account.url()) == 0
        assert "cannot be reached" in books.mailboxes()[0].last_error
    finally:
        account.server.start()
    meanwhile = mails(30)
    with account.person() as box:
        for number, mail in enumerate(meanwhile):
            box.append(mail, "INBOX", dt=_days_ago(7 - number // 5))
    assert read(account.url()) == 30
    assert books.lost_or_doubled([a_mail("before"), *meanwhile]) == NOTHING_LOST_OR_DOUBLED
    assert books.mailboxes()[0].last_error is None


def _days_ago(days: int) -> datetime:
    return utc_now() - timedelta(days=days)


def test_a_person_reads_moves_and_deletes_in_the_same_mailbox(
    account: Account, read: Read, books: Books
) -> None:
    account.deliver(*mails(3, "before"))
    with account.person() as box:
        box.flag(["1", "2"], ["\\Seen", "\\Flagged"], True)
    url = account.url("/INBOX?folder=Students")
    with account.person("Students"):
        pass
    assert read(url) == 3
    with account.person() as box:
        box.move(["1"], "Students")
        box.delete(["2"])
    account.deliver(*mails(3, "after"))
    with account.person() as box:
        box.flag(box.uids(), ["\\Seen"], True)
        box.client.uid("STORE", "3", "-FLAGS", f"({KEYWORD})")
    assert read(url) == 3
    assert books.lost_or_doubled([*mails(3, "before"), *mails(3, "after")]) == NOTHING_LOST_OR_DOUBLED
    assert all(KEYWORD in flags and "\\Seen" in flags for flags in account.flags().values())


def test_another_uidvalidity_means_that_everything_is_looked_at_again(
    account: Account, read: Read, books: Books
) -> None:
    account.deliver(*mails(5))
    read(account.url())
    before = books.mailboxes()[0].uidvalidity
    account.forget_uids()
    late = mails(2, "late")
    account.deliver(*late)
    assert read(account.url()) == 2
    assert books.mailboxes()[0].uidvalidity != before
    assert books.lost_or_doubled([*mails(5), *late]) == NOTHING_LOST_OR_DOUBLED


def test_a_server_that_counts_anew_under_the_same_uidvalidity_hides_nothing(
    account: Account, read: Read, books: Books
) -> None:
    account.deliver(*mails(5))
    with Interposed(account.server) as link:
        url = account.url(port=link.port)
        link.after = lambda verb, line, answer: _always_validity_1(answer)
        assert read(url) == 5
        with account.person() as box:
            box.delete(box.uids())
        account.forget_uids()
        account.deliver(*mails(2, "anew"))
        assert read(url) == 2
    assert books.lost_or_doubled([*mails(5), *mails(2, "anew")]) == NOTHING_LOST_OR_DOUBLED


def _always_validity_1(answer: bytes) -> bytes:
    return re.sub(rb"UIDVALIDITY \d+", b"UIDVALIDITY 1", answer)


def test_after_a_restart_of_the_server_reading_goes_on(account: Account, read: Read, books: Books) -> None:
    account.deliver(*mails(2))
    read(account.url())
    account.server.restart()
    account.deliver(*mails(2, "more"))
    assert read(account.url()) == 2
    assert books.lost_or_doubled([*mails(2), *mails(2, "more")]) == NOTHING_LOST_OR_DOUBLED


@pytest.mark.parametrize(
    "waiting", [pytest.param(350, id="short"), pytest.param(10_000, id="long", marks=pytest.mark.long)]
)
def test_all_that_wait_are_taken_in(account: Account, read: Read, books: Books, waiting: int) -> None:
    delivered = mails(waiting)
    account.deliver(*delivered)
    assert read(account.url()) == waiting
    assert books.lost_or_doubled(delivered) == NOTHING_LOST_OR_DOUBLED
    assert all(KEYWORD in flags for flags in account.flags().values())


@pytest.mark.parametrize("way", ["says no", "hangs up", "gives nothing"])
def test_a_poisoned_mail_keeps_nobody_else_and_is_asked_for_again(
    account: Account, read: Read, books: Books, way: str
) -> None:
    account.deliver(*mails(12))
    with Interposed(account.server) as link:
        url = account.url(port=link.port)
        link.before = poisoned("7", way)
        assert read(url) == 11
        assert books.mailboxes()[0].last_uid == 12
        assert [row.uid for row in books.troubles()] == [7]
        account.deliver(a_mail("later"))
        assert read(url) == 1
        link.before = pass_on
        _let_trouble_wait_no_longer(books)
        read(url)
    assert books.troubles() == []
    assert books.lost_or_doubled([*mails(12), a_mail("later")]) == NOTHING_LOST_OR_DOUBLED
    assert all(KEYWORD in flags for flags in account.flags().values())


def _let_trouble_wait_no_longer(books: Books) -> None:
    books.database.run(text("UPDATE mailbox_trouble SET again_at = now()"))


def test_a_server_that_gives_no_mails_at_all_is_away_and_loses_none(
    account: Account, read: Read, books: Books
) -> None:
    account.deliver(*mails(12))
    with Interposed(account.server) as link:
        link.before = lambda verb, line: line.split()[0] + b" NO busy\r\n" if b"BODY.PEEK" in line else None
        url = account.url(port=link.port)
        assert read(url) == 0
        assert "gives no mails" in books.mailboxes()[0].last_error
        link.before = lambda verb, line: None
        _let_trouble_wait_no_longer(books)
        read(url)
    assert books.lost_or_doubled(mails(12)) == NOTHING_LOST_OR_DOUBLED


def test_a_mail_that_is_too_large_is_seen_by_a_person_and_stays_on_the_server(
    account: Account, read: Read, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "MOST_BYTES", 5000)
    monkeypatch.setattr(mailboxes, "MOST_BATCH_BYTES", 4000)
    account.deliver(a_mail(1), a_mail(2, body="x" * 70 + "\r\n" * 4000), a_mail(3))
    url = account.url("/INBOX?after=move&to=Taken")
    assert read(url) == 3
    assert read(url) == 0
    rows = {row.status: row for row in books.rows()}
    assert "only its headers" in rows["unreadable"].error
    assert list(account.flags()) == [2]


def test_a_folder_that_is_not_there_does_not_keep_the_others(
    account: Account, read: Read, books: Books
) -> None:
    account.deliver(a_mail(1))
    assert read(account.url("/Nowhere?folder=INBOX")) == 1
    assert {row.last_error is None for row in books.mailboxes()} == {True, False}


def test_two_readers_at_once_take_in_each_mail_once(account: Account, read: Read, books: Books) -> None:
    delivered = mails(300)
    account.deliver(*delivered)
    readers = [Thread(target=read, args=(account.url(),)) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    read(account.url())
    assert books.lost_or_doubled(delivered) == NOTHING_LOST_OR_DOUBLED


def test_wherever_imap_tools_reads_it_is_the_same_bytes(account: Account, read: Read, books: Books) -> None:
    """A negative control of the books themselves: they see what another program sees."""
    account.deliver(*mails(2))
    read(account.url())
    with account.person() as box:
        seen = {bytes(mail.obj.as_bytes().replace(b"\n", b"\r\n")) for mail in box.fetch(mark_seen=False)}
    assert seen == set(books.taken())
