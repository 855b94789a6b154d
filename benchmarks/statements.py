"""The product's public writes as pgbench scripts, with values like the product's; and the bodies that are posted for them."""

import json
from collections.abc import Sequence
from uuid import uuid4

from benchmarks.pgbench import an_id, literal, one_of, script_of
from enrollment_service.db.queries.seating import TAKE_SEAT
from inquiry_service.db.queries.inquiries import SUBMIT

QUESTION = "Do you think it is going to be easy to get a part time job as a phlebotomist? Can you refer us to a hospital?"


def a_question() -> str:
    """The body of a question."""
    return json.dumps(
        {
            "name": "Effat R.",
            "email": "effat-{n}@example.com",
            "program": "phlebotomy",
            "question": QUESTION,
        }
    )


def a_registration() -> str:
    """The body of a registration."""
    return json.dumps({"section_id": "{choice}", "name": "Effat R.", "email": "effat-{n}@example.com"})


def submit_script() -> str:
    """The statement of an accepted inquiry, with values like the product's."""
    values = {
        "key": f"CAST({an_id()} AS text)",
        "body_hash": "decode(md5(CAST(:n AS text)), 'hex')",
        "id": an_id(),
        "reference": f"substr(CAST({an_id()} AS text), 20)",
        "status": literal("new"),
        "name": literal("Effat R."),
        "email": "'effat-' || :n || '@example.com'",
        "email_normal": "'effat-' || :n || '@example.com'",
        "phone": "CAST(NULL AS text)",
        "program": literal("phlebotomy"),
        "source": "CAST(NULL AS text)",
        "consent_text": "CAST(NULL AS text)",
        "registration_id": "NULL",
        "registration_reference": "CAST(NULL AS text)",
        "opening": literal(QUESTION),
        "beyond_opening": literal(""),
        "spam_score": "0",
        "spam_reasons": literal("{}"),
        "due_at": "now() + interval '2 hours'",
        "message_id": an_id(1),
        "via": literal("api"),
        "body": literal(QUESTION),
        "raw_mail_id": "NULL",
        "ack_id": an_id(2),
        "request_id": literal(uuid4().hex),
    }
    return script_of(SUBMIT, values)


def take_seat_script(section_ids: Sequence[str]) -> str:
    """The statement of a registration, with values like the product's."""
    values = {
        "scope": literal("registration"),
        "key": f"CAST({an_id()} AS text)",
        "body_hash": "decode(md5(CAST(:n AS text)), 'hex')",
        "section_id": one_of(section_ids),
        "at_any_time": "false",
        "overbook": "false",
        "id": an_id(),
        "letter_id": an_id(1),
        "reference": f"substr(CAST({an_id()} AS text), 20)",
        "name": literal("Effat R."),
        "email": "'effat-' || :n || '@example.com'",
        "email_normal": "'effat-' || :n || '@example.com'",
        "for_name": literal(""),
        "for_name_normal": literal(""),
        "phone": literal(""),
        "inquiry": literal(""),
        "source": literal("api"),
        "writes_letter": "true",
        "answer": literal("{}"),
        "request_id": literal(uuid4().hex),
    }
    return script_of(TAKE_SEAT, values)
