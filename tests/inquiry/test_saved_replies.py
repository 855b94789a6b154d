"""Saved replies: written, inserted with live facts, and held back at the moment of sending when a fact got worse."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from inquiry_service.domain import replies, saved_replies
from inquiry_service.domain.errors import NoSuchSavedReply
from shared.errors import Invalid
from tests.builders import EFFAT, a_person, an_inquiry, bearer
from tests.enrollment.builders import a_section, registered
from tests.inquiry.composing import Composing, box_of
from tests.inquiry.reading_pages import hidden_of, words_of
from tests.working import text_of

SEATS = "Good morning {name},\n\n{seats_left} seats are left on {next_start} for {price}.\n\n{director}"
_SECTION = "UPDATE section SET {what} WHERE id = :id"


def _inserted(composing: Composing, body: str = SEATS) -> UUID:
    """An answer with that saved reply, sent and waiting for its moment."""
    inquiry_id, saved = an_inquiry(composing.inquiry_db, program="mat"), composing.saved(body)
    composing.work.drain()
    assert composing.do(inquiry_id, "insert", insert=f"saved:{saved}", body="").status_code == 303
    sent = composing.do(inquiry_id, "replies", body=box_of(composing.page(inquiry_id).text))
    assert sent.status_code == 303, sent.text
    return inquiry_id


def _reply(composing: Composing, inquiry_id: UUID) -> tuple[str, str | None]:
    row = composing.row("SELECT status, held_because FROM reply WHERE inquiry_id = :id", id=inquiry_id)
    return row.status, row.held_because


def test_a_saved_reply_is_filled_in_with_live_facts(composing: Composing) -> None:
    a_section(composing.enrollment_db, seats=5, title="Evenings")
    inquiry_id, saved = an_inquiry(composing.inquiry_db, program="mat"), composing.saved(SEATS)
    said = composing.ask(inquiry_id, "insert", insert=f"saved:{saved}", body="").get_json()
    assert said["text"].startswith("Good morning Effat,\n\n5 seats are left on ")
    assert said["text"].endswith("for $249.\n\nDora Vance")
    assert said["words"] == ""


def test_without_a_script_it_stands_below_what_was_typed(composing: Composing) -> None:
    a_section(composing.enrollment_db, seats=5)
    inquiry_id, saved = (
        an_inquiry(composing.inquiry_db, program="mat"),
        composing.saved("Call {school_phone}."),
    )
    composing.do(inquiry_id, "insert", insert=f"saved:{saved}", body="Hello.")
    assert box_of(composing.page(inquiry_id).text) == "Hello.\n\nCall (555) 010-2000."


def test_an_answer_whose_facts_still_hold_goes(composing: Composing) -> None:
    a_section(composing.enrollment_db, seats=5)
    inquiry_id = _inserted(composing)
    composing.work.let_time_pass()
    assert _reply(composing, inquiry_id) == ("sent", None)
    assert "5 seats are left" in text_of(composing.work.letters(EFFAT)[-1])
    used = composing.row(
        "SELECT saved_reply.title FROM reply JOIN saved_reply ON saved_reply.id = saved_reply_id"
    )
    assert used.title == "Next start"


def test_an_answer_is_held_when_the_last_seat_went_meanwhile(composing: Composing) -> None:
    section = a_section(composing.enrollment_db, seats=1)
    inquiry_id = _inserted(composing, "There is {seats_left} seat: {registration_link}")
    registered(composing.enrollment_db, section)
    composing.work.let_time_pass()
    assert _reply(composing, inquiry_id) == ("held", "no seat is left in a class that it names")
    assert len(composing.work.letters(EFFAT)) == 1  # the acknowledgement
    inquiry = composing.row("SELECT status, back_because, due_at <= now() AS is_due FROM inquiry")
    assert tuple(inquiry) == ("open", "held", True)
    page = words_of(composing.page(inquiry_id).text)
    assert "Held because no seat is left in a class that it names. Edit Send anyway Discard" in page
    assert "back: the answer is held" in page


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("price_cents = 30000", "a price that it names has changed"),
        ("is_cancelled = true", "a class that it names has started, or takes no registrations any more"),
        ("closes_at = now()", "a class that it names has started, or takes no registrations any more"),
        ("starts_on = starts_on + 1", "a class that it names starts on another day now"),
    ],
)
def test_an_answer_is_held_when_its_class_is_not_what_it_says(
    composing: Composing, what: str, why: str
) -> None:
    section = a_section(composing.enrollment_db, seats=5)
    inquiry_id = _inserted(composing)
    composing.enrollment_db.run(text(_SECTION.format(what=what)), {"id": section})
    composing.work.let_time_pass()
    assert _reply(composing, inquiry_id) == ("held", why)


def test_an_answer_is_held_when_nobody_can_confirm_its_facts(composing: Composing) -> None:
    a_section(composing.enrollment_db, seats=5)
    inquiry_id = _inserted(composing)
    composing.away()
    composing.work.let_time_pass()
    assert "could not be confirmed" in str(_reply(composing, inquiry_id)[1])


def test_an_answer_without_facts_goes_while_enrollment_is_away(composing: Composing) -> None:
    inquiry_id = _inserted(composing, "Good morning {name}, just call {school_phone}.")
    composing.away()
    composing.work.let_time_pass()
    assert _reply(composing, inquiry_id) == ("sent", None)


def test_a_fact_whose_words_were_taken_out_holds_nothing(composing: Composing) -> None:
    section = a_section(composing.enrollment_db, seats=1)
    inquiry_id, saved = (
        an_inquiry(composing.inquiry_db, program="mat"),
        composing.saved("{seats_left} seat is left."),
    )
    composing.do(inquiry_id, "insert", insert=f"saved:{saved}", body="")
    composing.do(inquiry_id, "replies", body="A few seats are left.")
    registered(composing.enrollment_db, section)
    composing.work.let_time_pass()
    assert _reply(composing, inquiry_id) == ("sent", None)


def test_a_held_answer_can_be_edited_and_sent_with_new_facts(composing: Composing) -> None:
    section = a_section(composing.enrollment_db, seats=1)
    inquiry_id = _inserted(composing, "One seat on {next_start}.")
    registered(composing.enrollment_db, section)
    composing.work.let_time_pass()
    reply_id = composing.row("SELECT id FROM reply").id
    composing.do(inquiry_id, f"replies/{reply_id}/edit")
    assert box_of(composing.page(inquiry_id).text).startswith("One seat on ")
    composing.do(inquiry_id, "replies", body="That class is full; the next one is in spring.")
    composing.work.let_time_pass()
    assert _reply(composing, inquiry_id) == ("sent", None)


def test_whoever_sends_a_held_answer_anyway_has_decided(composing: Composing) -> None:
    section = a_section(composing.enrollment_db, seats=1)
    inquiry_id = _inserted(composing, "One seat on {next_start}.")
    registered(composing.enrollment_db, section)
    composing.work.let_time_pass()
    composing.do(inquiry_id, f"replies/{composing.row('SELECT id FROM reply').id}/send")
    composing.work.let_time_pass()
    assert _reply(composing, inquiry_id)[0] == "sent"


def test_a_field_that_is_not_known_stays_and_is_not_sent(composing: Composing) -> None:
    inquiry_id, saved = (
        an_inquiry(composing.inquiry_db, program="mat"),
        composing.saved("Starts {next_start}."),
    )
    said = composing.ask(inquiry_id, "insert", insert=f"saved:{saved}", body="").get_json()
    assert said == {
        "text": "Starts {next_start}.",
        "words": "Fill in {next_start} yourself: it is not known now.",
    }
    refused = composing.do(inquiry_id, "replies", body=said["text"])
    assert refused.status_code == 422
    assert "Fill in {next_start} first, or take it out." in words_of(refused.text)
    assert box_of(refused.text) == "Starts {next_start}."


def test_the_next_start_is_the_next_with_a_free_seat(composing: Composing) -> None:
    full = a_section(composing.enrollment_db, seats=1, starts_in=timedelta(days=5))
    registered(composing.enrollment_db, full)
    a_section(composing.enrollment_db, seats=2, starts_in=timedelta(days=15))
    inquiry_id, saved = an_inquiry(composing.inquiry_db, program="mat"), composing.saved("{seats_left} seats")
    assert (
        composing.ask(inquiry_id, "insert", insert=f"saved:{saved}", body="").get_json()["text"] == "2 seats"
    )


def test_a_draft_keeps_its_facts_through_send_and_undo(composing: Composing) -> None:
    a_section(composing.enrollment_db, seats=5)
    inquiry_id = _inserted(composing)
    before = composing.row("SELECT facts FROM reply").facts
    composing.do(inquiry_id, f"replies/{composing.row('SELECT id FROM reply').id}/undo")
    assert [fact["field"] for fact in before] == ["next_start", "seats_left", "price"]
    assert composing.row("SELECT facts FROM reply WHERE status = 'draft'").facts == before


def test_an_unknown_field_is_an_error_that_names_it(composing: Composing) -> None:
    form = {"title": "T", "body": "Hello {nmae}", "program": ""}
    with composing.inquiry_db.transaction() as session, pytest.raises(Invalid) as refusal:
        saved_replies.write(session, composing.director, title="T", body="Hello {nmae}")
    assert "{nmae}" in str(refusal.value.fields["body"][0])
    token = (
        composing.client.get("/desk/saved-replies")
        .text.partition('name="csrf_token" value="')[2]
        .partition('"')[0]
    )
    refused = composing.client.post("/desk/saved-replies", data=form | {"csrf_token": token})
    assert refused.status_code == 422
    assert "There is no field {nmae}." in words_of(refused.text)
    assert "Hello {nmae}" in refused.text


def test_the_page_writes_looks_changes_archives_and_brings_back(composing: Composing) -> None:
    a_section(composing.enrollment_db, seats=4)
    client = composing.client
    token = client.get("/desk/saved-replies").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {
        "csrf_token": token,
        "title": "Start",
        "body": "Dear {name}: {seats_left} seats",
        "program": "mat",
    }
    looked = client.post("/desk/saved-replies", data=form | {"do": "preview"})
    assert "Dear Maria: 4 seats" in words_of(looked.text)
    assert not composing.inquiry_db.run(text("SELECT 1 FROM saved_reply"))
    client.post("/desk/saved-replies", data=form)
    saved = composing.row("SELECT id FROM saved_reply").id
    client.post(f"/desk/saved-replies/{saved}", data=form | {"title": "First day", "is_own": "1"})
    assert "First day" in client.get(f"/desk/saved-replies/{saved}").text
    client.post(f"/desk/saved-replies/{saved}/archive", data={"csrf_token": token})
    assert "First day" not in client.get("/desk/saved-replies").text
    assert "First day" in client.get("/desk/saved-replies?archived=1").text
    client.post(f"/desk/saved-replies/{saved}/bring-back", data={"csrf_token": token})
    assert "First day" in client.get("/desk/saved-replies").text


def test_two_who_change_the_same_one_both_see_it_and_nothing_is_overwritten(composing: Composing) -> None:
    saved = composing.saved("Good morning.")
    address = f"/desk/saved-replies/{saved}"
    first_page = hidden_of(composing.client.get(address).text, address)
    with composing.inquiry_db.transaction() as session:
        saved_replies.change(session, saved, composing.director, title="Of the other", body="Good evening.")
    mine = {"title": "Of mine", "body": "Good day."}
    refused = composing.client.post(address, data=first_page | mine)
    assert refused.status_code == 409
    for part in (
        "Somebody else changed it meanwhile",
        "Of the other",
        "Good evening.",
        "Of mine",
        "Good day.",
    ):
        assert part in refused.text
    assert composing.row("SELECT body FROM saved_reply").body == "Good evening."
    assert composing.client.post(address, data=hidden_of(refused.text, address) | mine).status_code == 303
    assert composing.row("SELECT body FROM saved_reply").body == "Good day."


def test_a_program_says_which_version_it_changes(composing: Composing) -> None:
    saved = composing.saved("Good morning.")
    known = bearer(composing.inquiry_db, composing.director)

    def put(body: str, **more: str) -> TestResponse:
        headers = known | {name.replace("_", "-"): value for name, value in more.items()}
        return composing.client.put(
            f"/api/inquiry/v1/saved-replies/{saved}", json={"title": "Hello", "body": body}, headers=headers
        )

    version = put("Good day.").get_json()["version"]
    assert put("Good evening.", If_Match=f'"{version}"').status_code == 200
    refused = put("Good night.", If_Match=f'"{version}"')
    assert (refused.status_code, refused.get_json()["type"]) == (412, "/problems/saved-reply-changed")
    assert put("Good night.", If_Match=f'W/"{version}"').status_code == 412
    assert composing.row("SELECT body FROM saved_reply").body == "Good evening."
    assert put("Good night.", If_Match="*").status_code == 200


def test_one_s_own_is_for_nobody_else(composing: Composing) -> None:
    other = a_person(composing.inquiry_db, "staff", email="sam@riverside.example", name="Sam Ode")
    with composing.inquiry_db.transaction() as session:
        own = saved_replies.write(session, other, title="Mine", body="Hi", program="mat", is_own=True)
        with pytest.raises(NoSuchSavedReply):
            saved_replies.find(session, own.id, composing.director)
        assert [saved.id for saved in saved_replies.listed(session, other)] == [own.id]
        assert saved_replies.listed(session, composing.director) == []
    inquiry_id = an_inquiry(composing.inquiry_db, program="mat")
    assert composing.do(inquiry_id, "insert", insert=f"saved:{own.id}", body="").status_code == 404


def test_offered_are_those_of_the_program(composing: Composing) -> None:
    for number in range(4):
        composing.saved("Hi", title=f"For MAT {number}")
    composing.saved("Hi", title="For everybody", program=None)
    inquiry_id = an_inquiry(composing.inquiry_db, program="mat")
    page = composing.client.get(f"/desk/inquiries/{inquiry_id}/offers").text
    assert [f'data-key="{key}"' in page for key in "1234"] == [True, True, True, False]
    assert "For everybody" not in page
    everything = composing.client.get(f"/desk/inquiries/{inquiry_id}/offers?all=1").text
    assert "For everybody" in everything
    assert "For MAT 3" in composing.page(inquiry_id, "?do=saved").text


def test_whoever_undid_it_meanwhile_has_the_last_word(composing: Composing) -> None:
    section = a_section(composing.enrollment_db, seats=1)
    inquiry_id = _inserted(composing, "One seat on {next_start}.")
    registered(composing.enrollment_db, section)
    reply = composing.row("SELECT id, letter_id FROM reply")
    composing.do(inquiry_id, f"replies/{reply.id}/undo")
    with composing.inquiry_db.transaction() as session:
        replies.hold_back(session, reply.id, reply.letter_id, "no seat is left in a class that it names")
    composing.work.let_time_pass()
    assert _reply(composing, inquiry_id) == ("draft", None)
