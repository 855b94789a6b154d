"""One of everything that an address can name, made anew for whoever needs it: each with its real id."""

from typing import Any

from sqlalchemy import text

from enrollment_service.domain.registrations import cancel_by_office
from inquiry_service.domain import (
    bulk_moves,
    drafts,
    inbound,
    inquiries,
    mail_files,
    published_answers,
    registration_links,
    replies,
    reply_files,
    saved_replies,
    staff,
)
from inquiry_service.domain.parsed_email import AttachedFile
from inquiry_service.terms import Via
from shared import blobs
from shared.access_tokens import create_token, tokens_of
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database
from shared.people import Person
from shared.tokens import hash_secret, new_id, new_secret
from tests.builders import an_inquiry
from tests.enrollment.builders import a_section, registered
from tests.test_policy import a_link

_IN_DOUBT = text("UPDATE letter SET status = 'unknown', blob_sha256 = :blob WHERE id = :id")
_PARKED = text(
    "INSERT INTO job (id, kind, dedupe_key, status) VALUES (:id, 'letter_outcome', CAST(:id AS text), 'parked')"
)
_REPLY_ADDRESS = text("""
    INSERT INTO reply_address (address_hash, purpose, subject_id) VALUES (:hash, 'answer', :subject_id)
""")

_RETURN_PATH = text("""
    INSERT INTO reply_address (address_hash, purpose, subject_id, letter_id) SELECT :hash, 'bounce', subject_id, id FROM letter WHERE id = :id
""")


_DUTY = text(
    "INSERT INTO record_duty (id, says, source, effective_from) VALUES (:id, 'All of it.', 'Here.', current_date) RETURNING id"
)
_BROWSER = text(
    "INSERT INTO staff_session (token_hash, staff_id, expires_at) VALUES (:hash, :id, now() + interval '1 hour') RETURNING id"
)


def a_letter_in_doubt(database: Database, letter_id: object) -> str:
    """The letter is rendered, and nobody knows whether it arrived."""
    with database.transaction() as session:
        blob = blobs.put(session, b"Subject: x\r\n\r\nx\r\n")
    database.run(_IN_DOUBT, {"id": letter_id, "blob": blob})
    return str(letter_id)


def a_parked_job(database: Database) -> str:
    """Work that waits for a person."""
    job_id = new_id()
    database.run(_PARKED, {"id": job_id})
    return str(job_id)


def of_inquiry(database: Database, director: Person) -> dict[str, str]:
    """An inquiry with a message of each kind, an answer on its way, a held one, and a letter in doubt."""
    inquiry_id = an_inquiry(database)
    with database.transaction() as session:
        queued = replies.answer(session, inquiry_id, director, "Yes.", via=Via.DESK, undo_s=600)
        held = replies.hold(session, inquiry_id, director, "No.", "a look", based_on=1, via=Via.MAIL)
        note = inquiries.add_note(session, inquiry_id, director, "A note.")
        ids = {
            "reply_id": queued.id,
            "held": held.id,
            "message_id": note.id,
            "answer_letter": queued.letter_id,
        }
        ids |= _composed(session, inquiry_id, director, (queued.id, held.id))
        mail = f"From: x@example.com\r\nSubject: {inquiry_id}\r\n\r\nx".encode()
        raw = inbound.store_raw(session, mail, mailbox="test", envelope_to=None)
        reset = staff.new_reset_link(session, director.id)
        answer = published_answers.publish(
            session, director, question="Is it easy?", answer="Yes.", program=None, locale="en"
        )
        asked = bulk_moves.Asked("assign", due_at=utc_now(), staff_id=director.id)
        moved = bulk_moves.move_all(session, director, [inquiry_id], asked)
        create_token(
            session, name="mine", person_id=director.id, person_name=director.name, roles=["director"]
        )
        token_id = [row.id for row in tokens_of(session, director.id)][-1]
        browser = session.execute(
            _BROWSER, {"hash": hash_secret(new_secret()), "id": director.id}
        ).scalar_one()
        assert raw is not None
        mail_files.keep(session, raw, [AttachedFile("cv.pdf", "application/pdf", b"x")])
    database.run(
        text("UPDATE raw_mail SET status = 'unfiled', sender = 'x@example.com' WHERE id = :id"), {"id": raw}
    )
    letter = database.run(
        text("SELECT id FROM letter WHERE subject_id = :id ORDER BY id LIMIT 1"), {"id": inquiry_id}
    )[0][0]
    found = ids | {
        "inquiry_id": inquiry_id,
        "letter_id": a_letter_in_doubt(database, letter),
        "job_id": a_parked_job(database),
        "raw_id": raw,
        "bulk_move_id": moved.id,
        "token_id": token_id,
        "session_id": browser,
        "answer_id": answer,
        "person_id": director.id,
        "link": a_link(database, inquiry_id),
        "secret": reset,
    }
    return {name: str(value) for name, value in found.items()}


def _composed(session: Any, inquiry_id: Any, director: Person, replies_: tuple[Any, ...]) -> dict[str, Any]:
    """What belongs to answers: a file of each, a draft with an earlier text, one that was sent, a saved reply, a registration link."""
    inquiry = inquiries.find(session, inquiry_id, lock=True)
    sent = replies.answer(session, inquiry_id, director, "Sent.", via=Via.MAIL)
    session.flush()
    session.execute(text("UPDATE reply SET status = 'sent' WHERE id = :id"), {"id": sent.id})
    for body in ("A long and careful draft of an answer.", "A draft."):
        draft = drafts.save_draft(session, inquiry_id, director, body)
    for reply_id in (*replies_, sent.id, draft.id):
        reply_files.attach(session, reply_id, [reply_files.GivenFile("list.pdf", b"x")])
    saved = saved_replies.write(session, director, title="Start", body="Soon.")
    secret = registration_links.make(session, inquiry, new_id(), director)
    return {"sent": sent.id, "saved_reply_id": saved.id, "secret_hash": hash_secret(secret).hex()}


def of_enrollment(database: Database) -> dict[str, str]:
    """A section, a registration in it, one with an offer, their letters and links."""
    section, small = a_section(database, seats=5), a_section(database, seats=1)
    student = registered(database, section)
    first, second = (registered(database, small, name) for name in ("Farid", "Gita"))
    with database.transaction() as session:
        cancel_by_office(session, first.id, actor=THE_SERVICE, reason="They asked for it.")
    letter = database.run(
        text("SELECT id FROM letter WHERE subject_id = :id ORDER BY id LIMIT 1"), {"id": student.id}
    )[0][0]
    address = new_secret()
    database.run(_REPLY_ADDRESS, {"hash": hash_secret(address), "subject_id": student.id})
    return_path = hash_secret(new_secret())
    database.run(_RETURN_PATH, {"hash": return_path, "id": letter})
    found: dict[str, Any] = {
        "duty_id": database.run(_DUTY, {"id": new_id()})[0][0],
        "section_id": section,
        "registration_id": student.id,
        "letter_id": a_letter_in_doubt(database, letter),
        "job_id": a_parked_job(database),
        "link": a_link(database, student.id),
        "offered_link": a_link(database, second.id),
        "slug": "mat",
        "address_hash": hash_secret(address).hex(),
        "return_hash": return_path.hex(),
    }
    return {name: str(value) for name, value in found.items()}
