"""The checker on invented books: it is silent about good ones, and names each thing that is broken."""

from dataclasses import replace
from typing import Any

import pytest

from tests.faults.checker import Fact, Job, Letter, Received, Rows, Seats, check
from tests.faults.history import FAILED, INVOKED, OK, UNKNOWN, Event

ASKED = Event("inquiry", "k1", "a@example.com", OK, 201, "q1")
INQUIRY = Fact("inquiry", "q1", "a@example.com", "new")
ACK = Letter("l1", "acknowledgement", "q1", "a@example.com", "sent", "<l1>")
SEATED = Event("registration", "k2", "s@example.com", OK, 201, "r1")
SEAT = Fact("registration", "r1", "s@example.com", "confirmed", "section")
CONFIRMATION = Letter("l2", "confirmation", "r1", "s@example.com", "sent", "<l2>")
ARRIVED = [Received("<l1>", "a@example.com"), Received("<l2>", "s@example.com")]
BOOKS: dict[str, Any] = {
    "facts": (INQUIRY, SEAT),
    "letters": (ACK, CONFIRMATION),
    "jobs": (),
    "seats": (Seats("section", 1, 0, 1),),
}


def attempts(*events: Event) -> list[Event]:
    """Each outcome after its attempt."""
    return [
        moment
        for event in events
        for moment in (replace(event, event=INVOKED, status=0, answer_id=""), event)
    ]


def found(*events: Event, received: list[Received] | None = None, **changed: Any) -> set[str]:
    """What the checker reports; whatever is not said is in order."""
    asked = attempts(*(events or (ASKED, SEATED)))
    taken = ARRIVED if received is None else received
    return {violation.what for violation in check(asked, Rows(**(BOOKS | changed)), taken)}


def test_it_is_silent_about_books_in_order() -> None:
    assert found() == set()


def test_an_unknown_outcome_that_was_repeated_is_in_order() -> None:
    assert found(replace(ASKED, event=UNKNOWN, answer_id=""), ASKED, SEATED) == set()


def test_an_attempt_without_an_end_may_or_may_not_have_a_row() -> None:
    events = [replace(ASKED, event=INVOKED, answer_id=""), *attempts(SEATED)]
    assert check(events, Rows(**BOOKS), ARRIVED) == []
    without = Rows(**(BOOKS | {"facts": (SEAT,), "letters": (CONFIRMATION,)}))
    assert check(events, without, ARRIVED[1:]) == []


def test_a_letter_in_doubt_that_arrived_and_one_that_did_not_are_in_order() -> None:
    doubt = (replace(ACK, status="unknown"), CONFIRMATION)
    assert found(letters=doubt) == set()
    assert found(letters=doubt, received=ARRIVED[1:]) == set()


def test_a_letter_that_a_person_had_sent_again_is_in_order() -> None:
    again = Letter("l3", "acknowledgement", "q1", "a@example.com", "sent", "<l3>", resend_of="l1")
    letters = (replace(ACK, status="failed"), again, CONFIRMATION)
    assert found(letters=letters, received=[*ARRIVED, Received("<l3>", "a@example.com")]) == set()


BROKEN: list[tuple[str, tuple[Event, ...], dict[str, Any]]] = [
    ("accepted without a row", (), {"facts": (SEAT,)}),
    ("two answers to one key", (ASKED, replace(ASKED, answer_id="q2"), SEATED), {}),
    ("two rows for one key", (), {"facts": (INQUIRY, replace(INQUIRY, id="q2"), SEAT)}),
    ("refused, and yet there", (replace(ASKED, event=FAILED, answer_id=""), SEATED), {}),
    ("a row that nobody asked for", (SEATED,), {}),
    ("a letter is lost", (), {"letters": (CONFIRMATION,), "received": ARRIVED[1:]}),
    ("a letter went twice", (), {"received": [*ARRIVED, ARRIVED[0]]}),
    (
        "a letter went twice",
        (),
        {
            "letters": (ACK, replace(ACK, id="l3", message_id="<l3>"), CONFIRMATION),
            "received": [*ARRIVED, Received("<l3>", "a@example.com")],
        },
    ),
    ("a letter in no state", (), {"letters": (replace(ACK, status="somewhere"), CONFIRMATION)}),
    ("sent, and never arrived", (), {"received": ARRIVED[1:]}),
    ("a letter stays on its way", (), {"letters": (replace(ACK, status="sending"), CONFIRMATION)}),
    ("a letter without a row", (), {"letters": (CONFIRMATION,)}),
    ("arrived, and not known to be", (), {"letters": (replace(ACK, status="ready"), CONFIRMATION)}),
    (
        "a due letter is left",
        (),
        {"letters": (replace(ACK, status="ready", is_due=True), CONFIRMATION), "received": ARRIVED[1:]},
    ),
    ("a due job is left", (), {"jobs": (Job("j1", "letter_outcome", "leased", is_due=True),)}),
    ("the seats are miscounted", (), {"seats": (Seats("section", 2, 0, 2),)}),
    ("oversold", (), {"seats": (Seats("section", 0, 0, 1),)}),
    (
        "a free seat and a waiter",
        (),
        {"facts": (INQUIRY, replace(SEAT, status="waitlisted")), "seats": (Seats("section", 1, 0, 0),)},
    ),
]


@pytest.mark.parametrize(("what", "events", "changed"), BROKEN)
def test_it_reports_what_is_broken(what: str, events: tuple[Event, ...], changed: dict[str, Any]) -> None:
    assert what in found(*events, **changed)
