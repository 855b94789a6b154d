"""Accounts: coming in, being kept out, and leaving."""

import pytest

from inquiry_service.domain import first_director, inquiries, passwords, reply_queue, staff
from inquiry_service.domain.errors import LinkExpired, WrongSignIn
from inquiry_service.terms import Via
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database
from shared.errors import TooMany
from tests.builders import PASSWORD, a_director, a_person, an_inquiry
from tests.working import Working

HOME, ELSEWHERE = "198.51.100.0/24", "203.0.113.0/24"


def _fail(db: Database, email: str, times: int, block: str = HOME) -> None:
    for _ in range(times):
        with pytest.raises((WrongSignIn, TooMany)):
            staff.sign_in(db, email, "wrong", block)


def test_a_person_comes_in_and_is_known_by_the_cookie(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    secret, _ = staff.sign_in(inquiry_db, director.email, PASSWORD, HOME)
    known = staff.who_is(inquiry_db, secret)
    assert known is not None
    assert known.id == director.id


def test_a_name_that_nobody_has_is_refused_in_the_same_words(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    said = []
    for email in (director.email, "nobody@riverside.example"):
        with pytest.raises(WrongSignIn) as refusal:
            staff.sign_in(inquiry_db, email, "wrong", HOME)
        said.append(str(refusal.value))
    assert said[0] == said[1]


def test_after_ten_wrong_tries_the_right_password_waits_too(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    _fail(inquiry_db, director.email, 10)
    with pytest.raises(TooMany):
        staff.sign_in(inquiry_db, director.email, PASSWORD, HOME)


def test_a_stranger_elsewhere_does_not_lock_anybody_out(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    _fail(inquiry_db, director.email, 15, ELSEWHERE)
    assert staff.sign_in(inquiry_db, director.email, PASSWORD, HOME)


def test_a_new_password_ends_the_waiting(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    _fail(inquiry_db, director.email, 10)
    with inquiry_db.transaction() as session:
        link = staff.new_reset_link(session, director.id)
    with inquiry_db.transaction() as session:
        staff.set_password(session, link, passwords.hash_password("a new long password"))
    assert staff.sign_in(inquiry_db, director.email, "a new long password", HOME)


def test_a_reset_link_works_once(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    with inquiry_db.transaction() as session:
        link = staff.new_reset_link(session, director.id)
    with inquiry_db.transaction() as session:
        staff.set_password(session, link, "x")
    with pytest.raises(LinkExpired), inquiry_db.transaction() as session:
        staff.set_password(session, link, "y")


def test_a_new_password_ends_every_session(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    secret, _ = staff.sign_in(inquiry_db, director.email, PASSWORD, HOME)
    with inquiry_db.transaction() as session:
        link = staff.new_reset_link(session, director.id)
    with inquiry_db.transaction() as session:
        staff.set_password(session, link, "x")
    assert staff.who_is(inquiry_db, secret) is None


def test_a_disabled_person_is_out_at_once(inquiry_db: Database) -> None:
    director = a_director(inquiry_db)
    secret, _ = staff.sign_in(inquiry_db, director.email, PASSWORD, HOME)
    with inquiry_db.transaction() as session:
        staff.disable(session, THE_SERVICE, director.id)
    assert staff.who_is(inquiry_db, secret) is None
    with pytest.raises(WrongSignIn):
        staff.sign_in(inquiry_db, director.email, PASSWORD, HOME)


def test_what_a_disabled_person_had_is_anybodys_again(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    ben = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben")
    inquiry_id = an_inquiry(inquiry_db)
    with inquiry_db.transaction() as session:
        inquiries.assign(session, inquiry_id, director.actor, ben.id)
        staff.disable(session, THE_SERVICE, ben.id)
    with inquiry_db.transaction() as session:
        inquiries.follow_up(session, inquiry_id, "Hello?", via=Via.LINK, due_at=utc_now())
        assert reply_queue.take_next(session, director).id == inquiry_id


def test_a_lost_password_looks_the_same_for_everyone(inquiry_db: Database, inquiry_work: Working) -> None:
    director = a_director(inquiry_db)
    for email in (director.email, "nobody@riverside.example"):
        with inquiry_db.transaction() as session:
            staff.request_reset(session, email, hour="2026112310")
    inquiry_work.drain()
    assert [letter["Delivered-To"] for letter in inquiry_work.letters()] == [director.email]


def test_the_first_directors_link_works_while_nobody_directs(inquiry_db: Database) -> None:
    with inquiry_db.transaction() as session:
        link, other = first_director.new_link(session), first_director.new_link(session)
    assert link is not None
    assert other is not None
    with inquiry_db.transaction() as session:
        first_director.become_director(
            session, link, name="Dora", email="dora@riverside.example", password_hash="x"
        )
    with pytest.raises(LinkExpired), inquiry_db.transaction() as session:
        first_director.become_director(
            session, other, name="Eve", email="eve@riverside.example", password_hash="x"
        )
    with inquiry_db.transaction() as session:
        assert first_director.new_link(session) is None
