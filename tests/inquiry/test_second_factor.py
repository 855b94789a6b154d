"""A code beside the password: switched on by its first code, asked for at each sign-in, good once, and not to be guessed."""

import re
from threading import Barrier, Thread

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from inquiry_service.domain import second_factor, staff
from inquiry_service.domain.errors import LinkExpired, SecondFactorNeeded, WrongCode, WrongSignIn
from inquiry_service.web.auth import COOKIE
from shared.clock import utc_now
from shared.db import Database
from shared.errors import DomainError, TooMany
from shared.people import Person
from tests.builders import PASSWORD, a_director, sign_in

BLOCK = "127.0.0.0/24"
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def director(inquiry_db: Database) -> Person:
    """Who switches it on."""
    return a_director(inquiry_db)


def _code(secret: str, steps_later: int = 0) -> str:
    return pyotp.TOTP(secret).at(utc_now(), counter_offset=steps_later)


def _switched_on(database: Database, person: Person) -> tuple[str, list[str]]:
    """The secret and the codes on paper; the code of half a minute ago is used up."""
    with database.transaction() as session:
        secret, _ = second_factor.begin(session, person.id, "School")
        return secret, list(second_factor.confirm(session, person.actor, person.id, _code(secret, -1)))


def _step(database: Database, person: Person) -> str:
    with pytest.raises(SecondFactorNeeded) as needed:
        staff.sign_in(database, person.email, PASSWORD, BLOCK)
    return needed.value.step


def test_the_password_alone_opens_nothing_once_it_is_on(inquiry_db: Database, director: Person) -> None:
    secret, _ = _switched_on(inquiry_db, director)
    step = _step(inquiry_db, director)
    assert staff.who_is(inquiry_db, step) is None
    with pytest.raises(WrongSignIn):
        staff.sign_in(inquiry_db, director.email, "another", BLOCK)
    cookie, person = staff.finish_sign_in(inquiry_db, step, _code(secret))
    assert person.id == director.id
    assert staff.who_is(inquiry_db, cookie) is not None


def test_it_is_not_on_before_a_first_code_was_right(inquiry_db: Database, director: Person) -> None:
    with inquiry_db.transaction() as session:
        second_factor.begin(session, director.id, "School")
    with pytest.raises(WrongCode), inquiry_db.transaction() as session:
        second_factor.confirm(session, director.actor, director.id, "000000")
    assert staff.sign_in(inquiry_db, director.email, PASSWORD, BLOCK)


def test_a_code_opens_once(inquiry_db: Database, director: Person) -> None:
    secret, _ = _switched_on(inquiry_db, director)
    code = _code(secret)
    staff.finish_sign_in(inquiry_db, _step(inquiry_db, director), code)
    with pytest.raises(WrongCode):
        staff.finish_sign_in(inquiry_db, _step(inquiry_db, director), code)


def test_of_two_sign_ins_with_one_code_at_once_one_gets_in(inquiry_db: Database, director: Person) -> None:
    secret, _ = _switched_on(inquiry_db, director)
    code, steps = _code(secret), [_step(inquiry_db, director) for _ in range(4)]
    barrier, got_in, refused = Barrier(len(steps)), list[str](), list[str]()

    def enter(step: str) -> None:
        barrier.wait()
        try:
            got_in.append(staff.finish_sign_in(inquiry_db, step, code)[0])
        except WrongCode:
            refused.append(step)

    threads = [Thread(target=enter, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got_in), len(refused)) == (1, 3)


def test_a_code_on_paper_opens_once(inquiry_db: Database, director: Person) -> None:
    _, codes = _switched_on(inquiry_db, director)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    staff.finish_sign_in(inquiry_db, _step(inquiry_db, director), codes[3].lower())
    with pytest.raises(WrongCode):
        staff.finish_sign_in(inquiry_db, _step(inquiry_db, director), codes[3])
    with inquiry_db.reading() as session:
        assert second_factor.left_on_paper(session, director.id) == second_factor.RECOVERY_CODES - 1


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "٠٠٠٠٠٠", "1" * 16, "é" * 16, "'--"])
def test_what_is_no_code_is_wrong(inquiry_db: Database, director: Person, code: str) -> None:
    _switched_on(inquiry_db, director)
    with pytest.raises(WrongCode):
        staff.finish_sign_in(inquiry_db, _step(inquiry_db, director), code)


def test_a_step_takes_five_tries_and_an_hour_fifteen(inquiry_db: Database, director: Person) -> None:
    secret, _ = _switched_on(inquiry_db, director)
    refusals: list[type[DomainError]] = []
    for _ in range(3):
        step = _step(inquiry_db, director)
        for _ in range(second_factor.TRIES_OF_A_STEP):
            with pytest.raises(DomainError) as refused:
                staff.finish_sign_in(inquiry_db, step, "000000")
            refusals.append(refused.type)
        with pytest.raises(LinkExpired):
            staff.finish_sign_in(inquiry_db, step, _code(secret))
    assert refusals == [WrongCode] * 15
    with pytest.raises(TooMany):
        staff.finish_sign_in(inquiry_db, _step(inquiry_db, director), _code(secret))


def test_a_step_is_over_after_ten_minutes(inquiry_db: Database, director: Person) -> None:
    secret, _ = _switched_on(inquiry_db, director)
    step = _step(inquiry_db, director)
    with inquiry_db.transaction() as session:
        session.execute(text("UPDATE sign_in_step SET created_at = created_at - interval '11 minutes'"))
    with pytest.raises(LinkExpired):
        staff.finish_sign_in(inquiry_db, step, _code(secret))


def test_somebody_whose_account_was_closed_meanwhile_stays_out(
    inquiry_db: Database, director: Person
) -> None:
    secret, _ = _switched_on(inquiry_db, director)
    step = _step(inquiry_db, director)
    with inquiry_db.transaction() as session:
        staff.disable(session, director.actor, director.id)
    with pytest.raises(WrongCode):
        staff.finish_sign_in(inquiry_db, step, _code(secret))


def test_it_is_switched_on_and_off_by_its_pages(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    sign_in(inquiry_client, inquiry_db, director)
    page = inquiry_client.get("/account/second-factor").text
    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", page)
    assert secret is not None
    assert re.search(r'<svg[^>]*><g[^>]*><path fill="#fff"', page), (
        "no ground of its own: nothing to scan on a dark page"
    )
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    wrong = inquiry_client.post(
        "/account/second-factor", data={"code": "000000", "csrf_token": token}, headers=OWN
    )
    assert wrong.status_code == 422
    shown = inquiry_client.post(
        "/account/second-factor",
        data={"code": _code(secret[1], -1), "csrf_token": token},
        headers=OWN,
    )
    assert len(re.findall(r"<li><code>", shown.text)) == second_factor.RECOVERY_CODES
    inquiry_client.delete_cookie(COOKIE)

    form = {"email": director.email, "password": PASSWORD, "next": "/desk"}
    page = inquiry_client.get("/sign-in").text
    form["csrf_token"] = page.split('name="csrf_token" value="')[1].split('"')[0]
    asked = inquiry_client.post("/sign-in", data=form, headers=OWN)
    assert "Enter the code" in asked.text
    assert COOKIE not in asked.headers.get("Set-Cookie", "")
    step = asked.text.split('name="step" value="')[1].split('"')[0]
    again = inquiry_client.post(
        "/sign-in/code", data={"step": step, "code": "1", "csrf_token": form["csrf_token"]}, headers=OWN
    )
    assert "You can try 4 more times." in again.text
    entered = inquiry_client.post(
        "/sign-in/code",
        data={"step": step, "code": _code(secret[1]), "csrf_token": form["csrf_token"]},
        headers=OWN,
    )
    assert entered.status_code == 303
    assert "this one" in inquiry_client.get("/account").text
    off = inquiry_client.post(
        "/account/second-factor/off",
        data={"code": _code(secret[1], 1), "csrf_token": form["csrf_token"]},
        headers=OWN,
    )
    assert off.status_code == 303
    assert staff.sign_in(inquiry_db, director.email, PASSWORD, BLOCK)


def test_whoever_sits_at_an_open_browser_cannot_guess_the_code_that_switches_it_off(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    sign_in(inquiry_client, inquiry_db, director)
    _switched_on(inquiry_db, director)
    token = inquiry_client.get("/account").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "code": "000000"}
    answers = [
        inquiry_client.post("/account/second-factor/off", data=form, headers=OWN).status_code
        for _ in range(16)
    ]
    assert answers == [422] * 15 + [429]
