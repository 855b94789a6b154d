"""Who works here: invited by letter, changed and closed by directors, one of whom is always left."""

from threading import Thread
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from inquiry_service.db.models import Staff
from inquiry_service.domain import staff, staff_changes
from inquiry_service.domain.errors import WrongSignIn
from shared import access_tokens
from shared.db import Database
from shared.errors import Invalid
from shared.people import Person
from tests.builders import PASSWORD, a_director, a_person, an_answer, an_inquiry, bearer, sign_in
from tests.working import Working, html_of, text_of

OWN = {"Sec-Fetch-Site": "same-origin"}
BLOCK = "127.0.0.0/24"


@pytest.fixture
def director(inquiry_db: Database, inquiry_client: FlaskClient) -> Person:
    """Who is signed in."""
    person = a_director(inquiry_db)
    sign_in(inquiry_client, inquiry_db, person)
    return person


def _token(client: FlaskClient, address: str = "/desk/people") -> str:
    return client.get(address).text.split('name="csrf_token" value="')[1].split('"')[0]


def _post(client: FlaskClient, address: str, **form: object) -> str:
    token = _token(client)
    answer = client.post(address, data={"csrf_token": token, **form}, headers=OWN)
    return client.get(answer.location).text if answer.status_code == 303 else answer.text


def test_somebody_new_gets_a_letter_and_comes_in_by_its_link(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person, inquiry_work: Working
) -> None:
    page = _post(
        inquiry_client,
        "/desk/people",
        name="Ben Castillo",
        email="ben@riverside.example",
        roles=["staff"],
        programs=["mat"],
    )
    assert "invited" in page
    inquiry_work.drain()
    letter = next(one for one in inquiry_work.letters() if one["To"] and "ben@riverside.example" in one["To"])
    link = letter.get_body(("plain",)).get_content().split("/reset/")[1].split()[0]
    form = inquiry_client.get(f"/reset/{link}").text
    token = form.split('name="csrf_token" value="')[1].split('"')[0]
    assert (
        inquiry_client.post(
            f"/reset/{link}", data={"password": PASSWORD, "csrf_token": token}, headers=OWN
        ).status_code
        == 303
    )
    _, person = staff.sign_in(inquiry_db, "ben@riverside.example", PASSWORD, BLOCK)
    assert person.roles == {"staff"}
    assert "invited" not in inquiry_client.get("/desk/people").text


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"name": "", "email": "x@riverside.example", "roles": "staff"}, "Enter the name"),
        ({"name": "X", "email": "nonsense", "roles": "staff"}, "email"),
        ({"name": "X", "email": "dora@riverside.example", "roles": "staff"}, "has an account already"),
        ({"name": "X", "email": "x@riverside.example"}, "Choose at least one of"),
        ({"name": "X", "email": "x@riverside.example", "roles": "emperor"}, "Choose at least one of"),
    ],
)
def test_an_invitation_that_is_not_right_is_there_again_and_says_why(
    inquiry_client: FlaskClient, director: Person, form: dict[str, str], says: str
) -> None:
    page = _post(inquiry_client, "/desk/people", **form)
    assert says in page
    assert form["email"] in page


def test_roles_and_programs_change_at_once_for_sessions_and_tokens(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    ben = a_person(inquiry_db, "director", email="ben@riverside.example", name="Ben Castillo")
    secret, _ = staff.sign_in(inquiry_db, ben.email, PASSWORD, BLOCK)
    token = bearer(inquiry_db, ben)
    people = "/desk/people"
    assert inquiry_client.get(people, headers=token).status_code == 200
    _post(inquiry_client, f"/desk/people/{ben.id}", name="Ben Castillo", roles=["auditor"], programs=["*"])
    known = staff.who_is(inquiry_db, secret)
    assert known is not None
    assert known.roles == {"auditor"}
    assert inquiry_client.get(people, headers=token).status_code == 403


def test_a_closed_account_opens_nothing_and_its_letters_go_out(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person, inquiry_work: Working
) -> None:
    ben = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Castillo")
    secret, _ = staff.sign_in(inquiry_db, ben.email, PASSWORD, BLOCK)
    an_answer(inquiry_db, an_inquiry(inquiry_db), ben, "We begin in May.")
    _post(inquiry_client, f"/desk/people/{ben.id}/close")
    assert staff.who_is(inquiry_db, secret) is None
    with pytest.raises(WrongSignIn):
        staff.sign_in(inquiry_db, ben.email, PASSWORD, BLOCK)
    inquiry_work.drain()
    assert any("We begin in May." in one.get_body(("plain",)).get_content() for one in inquiry_work.letters())
    _post(inquiry_client, f"/desk/people/{ben.id}/reopen")
    assert staff.sign_in(inquiry_db, ben.email, PASSWORD, BLOCK)


def test_the_last_director_stays(inquiry_client: FlaskClient, inquiry_db: Database, director: Person) -> None:
    assert "last director" in _post(inquiry_client, f"/desk/people/{director.id}/close")
    assert "last director" in _post(
        inquiry_client, f"/desk/people/{director.id}", name="Dora", roles=["staff"]
    )
    with inquiry_db.reading() as session:
        assert session.get_one(Staff, director.id).roles == ["director"]


def test_two_directors_who_close_each_other_at_once_leave_one(inquiry_db: Database, director: Person) -> None:
    for number in range(8):
        other = a_person(inquiry_db, "director", email=f"d{number}@riverside.example")
        refused: list[UUID] = []

        def close(by: Person, whom: Person, refused: list[UUID] = refused) -> None:
            try:
                with inquiry_db.transaction() as session:
                    staff_changes.close(session, by.actor, whom.id)
            except Invalid:
                refused.append(whom.id)

        threads = [Thread(target=close, args=pair) for pair in ((director, other), (other, director))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        with inquiry_db.transaction() as session:
            staff_changes.reopen(session, director.actor, director.id)
            for one in staff_changes.everybody(session):
                if one.id != director.id and one.disabled_at is None:
                    staff_changes.close(session, director.actor, one.id)


def test_a_token_that_may_only_read_changes_nothing(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    inquiry_id = an_inquiry(inquiry_db)
    page = inquiry_client.post(
        "/account/tokens",
        data={"csrf_token": _token(inquiry_client), "name": "report", "scope": "read", "days": "30"},
        headers=OWN,
    ).text
    token = {"Authorization": f"Bearer {page.split('<code>')[1].split('</code>')[0]}"}
    inquiry_client.delete_cookie("staff")
    here = f"/api/inquiry/v1/inquiries/{inquiry_id}"
    assert inquiry_client.get(here, headers=token).status_code == 200
    refused = inquiry_client.post(f"{here}/claim", headers=token)
    assert refused.status_code == 403
    assert "only read" in refused.get_data(as_text=True)
    with inquiry_db.transaction() as session:
        (made,) = access_tokens.tokens_of(session, director.id)
        assert made.last_used_at is not None
        assert access_tokens.revoke_token(session, director.id, made.id)
    assert inquiry_client.get(here, headers=token).status_code == 401


def test_one_browser_is_signed_out_and_the_others_stay(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    lost, _ = staff.sign_in(inquiry_db, director.email, PASSWORD, BLOCK, browser="Firefox, Windows")
    page = inquiry_client.get("/account").text
    assert "Firefox, Windows" in page
    session_id = page.split('action="/account/sessions/')[1].split("/end")[0]
    _post(inquiry_client, f"/account/sessions/{session_id}/end")
    assert staff.who_is(inquiry_db, lost) is None
    assert inquiry_client.get("/account").status_code == 200


def test_what_was_done_is_on_record(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person
) -> None:
    ben = a_person(inquiry_db, "staff", email="ben@riverside.example", name="Ben Castillo")
    _post(inquiry_client, f"/desk/people/{ben.id}/close")
    page = inquiry_client.get(f"/desk/audit?about={ben.id}").text
    assert "staff disabled" in page
    assert "Ben Castillo" in page
    assert inquiry_client.get("/desk/audit?cursor=forged").status_code == 422


def test_a_signature_stands_below_the_name_in_both_parts_of_an_answer(
    inquiry_client: FlaskClient, inquiry_db: Database, director: Person, inquiry_work: Working
) -> None:
    page = _post(inquiry_client, "/account/signature", signature="Mondays to Wednesdays\n<b>Room 4</b>")
    assert "Saved" in page
    an_answer(inquiry_db, an_inquiry(inquiry_db), director, "Yes, we do.")
    inquiry_work.let_time_pass()
    letter = inquiry_work.letters()[-1]
    assert f"{director.name}\n" in text_of(letter)
    assert "\nMondays to Wednesdays\n<b>Room 4</b>\n" in text_of(letter)
    assert "<br>Mondays to Wednesdays<br>&lt;b&gt;Room 4&lt;/b&gt;<br>" in html_of(letter)
