"""The sample school's desk: invented people, and a few questions; the first is the one this project began with."""

import json
import os
import random
import secrets
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Mention, Message, PublishedAnswer, Reply, SavedReply, Staff
from inquiry_service.domain import mentions, passwords, staff, tags
from inquiry_service.domain.business_hours import ANSWER_WITHIN, Calendar
from inquiry_service.domain.published_answers import language_of
from inquiry_service.settings import InquirySettings
from inquiry_service.terms import InquiryStatus, MessageKind, ReplyStatus, Via
from shared.audit import THE_SERVICE
from shared.clock import utc_now
from shared.db import Database
from shared.people import normal_address
from shared.references import References
from shared.tokens import new_id

SAMPLE = Path(__file__).parent / "db" / "sample_school"


def sample_staff_id(email: str) -> UUID:
    """The same id on every machine, so that both services' samples name the same people."""
    return uuid5(NAMESPACE_URL, f"frontdesk-sample:{email}")


def seed(settings: InquirySettings, database: Database) -> None:
    """The sample people and questions are there; what was there before stays. Passwords are random and written once."""
    sample = tomllib.loads((SAMPLE / "desk.toml").read_text())
    with database.reading() as session:
        is_new = not session.scalar(select(func.count()).select_from(Staff))
    if not is_new:
        return
    sign_ins = [
        {"name": p["name"], "email": p["email"], "role": p["roles"][0], "password": secrets.token_urlsafe(9)}
        for p in sample["staff"]
    ]
    hashes = [passwords.hash_password(entry["password"]) for entry in sign_ins]
    references = References(database, "inquiry_reference_seq", "Q")
    _write_sign_ins(Path(settings.var_dir), sign_ins)  # first: nobody could read them from the hashes
    with database.transaction() as session:
        for person, password_hash in zip(sample["staff"], hashes, strict=True):
            _add_person(session, person, password_hash)
        for entry in sample["inquiries"]:
            _add_inquiry(session, settings, references, entry)
        _add_history(session, settings, references, sample["history"])
        for entry in sample["published_answers"]:
            session.add(_published(settings, entry))
        for entry in sample["saved_replies"]:
            session.add(_saved(entry))


def _add_person(session: Session, person: dict[str, Any], password_hash: str) -> None:
    staff.add(
        session,
        THE_SERVICE,
        name=person["name"],
        email=person["email"],
        roles=person["roles"],
        title=person.get("title", ""),
        programs=person.get("programs", []),
        password_hash=password_hash,
        staff_id=sample_staff_id(person["email"]),
    )


def _add_inquiry(
    session: Session, settings: InquirySettings, references: References, entry: dict[str, Any]
) -> None:
    asked_at = utc_now() - timedelta(hours=entry["hours_ago"])
    inquiry = Inquiry(
        id=new_id(),
        reference=references.next(),
        status=entry.get("status", InquiryStatus.NEW),
        asker_name=entry["name"],
        asker_email=entry.get("email", ""),
        asker_email_normal=normal_address(entry.get("email", "")),
        asker_phone=entry.get("phone"),
        program=entry.get("program"),
        source=entry.get("source"),
        opening=entry["question"].strip(),
        spam_score=entry.get("spam_score", 0),
        spam_reasons=entry.get("spam_reasons", []),
        created_at=asked_at,
        last_message_at=asked_at,
        due_from=asked_at,
        due_at=Calendar(settings.zone).due_at(asked_at, ANSWER_WITHIN),
        closed_at=entry.get("closed_at"),
        is_address_proven="answer" in entry,
        opened_by_id=sample_staff_id(entry["taken_down_by"]) if "taken_down_by" in entry else None,
    )
    session.add(inquiry)
    session.flush()
    session.add(
        Message(
            id=new_id(),
            inquiry_id=inquiry.id,
            position=1,
            kind=MessageKind.QUESTION,
            via=entry.get("via", Via.FORM),
            body=entry["question"].strip(),
            created_at=asked_at,
        )
    )
    for word in entry.get("tags", []):
        tags.add(session, inquiry.id, THE_SERVICE, word)
    if "note" in entry:
        _add_note(session, inquiry, entry, asked_at + timedelta(hours=1))
    if "answer" in entry:
        _add_answer(session, inquiry, entry, asked_at + timedelta(hours=entry["answered_after_hours"]))


def _add_note(session: Session, inquiry: Inquiry, entry: dict[str, Any], noted_at: datetime) -> None:
    """With what it means at the desk, and without letters: the sample writes to nobody."""
    author_id = sample_staff_id(entry["note_by"])
    note = Message(
        id=new_id(),
        inquiry_id=inquiry.id,
        position=2,
        kind=MessageKind.NOTE,
        via=Via.DESK,
        body=entry["note"],
        staff_id=author_id,
        created_at=noted_at,
    )
    session.add(note)
    inquiry.messages, inquiry.last_message_at = 2, noted_at
    session.flush()
    everybody = [mentions.Colleague(one.id, one.name, one.email) for one in staff.colleagues(session)]
    for named in mentions.named_in(note.body, everybody).people:
        session.add(Mention(message_id=note.id, staff_id=named.id))


def _add_answer(session: Session, inquiry: Inquiry, entry: dict[str, Any], answered_at: Any) -> None:
    author_id = sample_staff_id(entry["answered_by"])
    message = Message(
        id=new_id(),
        inquiry_id=inquiry.id,
        position=2,
        kind=MessageKind.ANSWER,
        via=Via.DESK,
        body=entry["answer"].strip(),
        staff_id=author_id,
        created_at=answered_at,
    )
    session.add(message)
    session.flush()
    session.add(
        Reply(
            id=message.id,
            inquiry_id=inquiry.id,
            author_id=author_id,
            status=ReplyStatus.SENT,
            based_on=1,
            sendings=0,
            sent_at=answered_at,
        )
    )
    inquiry.messages, inquiry.last_message_at, inquiry.first_answered_at = 2, answered_at, answered_at
    inquiry.assignee_id = inquiry.first_answered_by = author_id


def _add_history(
    session: Session, settings: InquirySettings, references: References, history: dict[str, Any]
) -> None:
    """Four weeks of questions that were answered and closed, so that reports have something to say: the same ones every time."""
    chance, calendar = random.Random(7), Calendar(settings.zone)  # noqa: S311 - the same people everywhere
    for number, name in enumerate(history["names"]):
        entry = history["questions"][number % len(history["questions"])]
        asked_at = utc_now() - timedelta(days=chance.randint(6, 28), hours=chance.randint(0, 12))
        answered_at = calendar.due_at(asked_at, timedelta(minutes=chance.choice((15, 40, 75, 110, 200))))
        email = f"{name.lower().replace(' ', '.')}@example.com"
        asked = entry | {
            "name": name,
            "email": email,
            "hours_ago": (utc_now() - asked_at) / timedelta(hours=1),
            "answered_after_hours": (answered_at - asked_at) / timedelta(hours=1),
            "status": InquiryStatus.CLOSED,
            "closed_at": answered_at + timedelta(days=1),
        }
        _add_inquiry(session, settings, references, asked)


def _published(settings: InquirySettings, entry: dict[str, Any]) -> PublishedAnswer:
    return PublishedAnswer(
        id=new_id(),
        question=entry["question"],
        answer=entry["answer"].strip(),
        program=entry.get("program"),
        language=language_of(settings.school_locale),
        published_by=sample_staff_id(entry["published_by"]),
    )


def _saved(entry: dict[str, Any]) -> SavedReply:
    return SavedReply(
        id=new_id(),
        title=entry["title"],
        body=entry["body"].strip(),
        program=entry.get("program"),
        written_by=sample_staff_id(entry["written_by"]),
    )


def _write_sign_ins(var_dir: Path, sign_ins: list[dict[str, str]]) -> None:
    folder = var_dir / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / "sign-ins.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(sign_ins, file, indent=1)
