"""The limits are taken with the product's own statements: a value that one of them asks for is not forgotten here."""

from uuid import uuid4

from benchmarks.statements import submit_script, take_seat_script


def test_the_statement_of_a_question_gets_every_value() -> None:
    assert "INSERT INTO inquiry" in submit_script()


def test_the_statement_of_a_registration_gets_every_value() -> None:
    assert "registration" in take_seat_script([str(uuid4())])
