"""Inquiries over HTTP: the public POST, and the desk's reads and moves."""

from typing import Any
from uuid import UUID

from flask import request
from marshmallow import RAISE
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import inquiries, ledger, notes, replies, reply_queue, snoozes, tags, threads
from inquiry_service.domain.inquiries import NewInquiry
from inquiry_service.domain.spam import FormTraces, score
from inquiry_service.domain.tag_words import tag_word
from inquiry_service.terms import InquiryStatus, Via
from inquiry_service.web.auth import DESK
from inquiry_service.web.parts import due_now, parts, settings
from inquiry_service.web.schemas.inquiries import (
    AssignBody,
    CallBody,
    InquiryDetail,
    InquiryItem,
    InquiryList,
    InquiryQuery,
    LedgerSchema,
    MessageItem,
    NoteBody,
    QuestionSchema,
    ReceiptSchema,
    SnoozeBody,
)
from inquiry_service.web.schemas.threads import NotedItem
from shared import idempotency, letters
from shared.audit import Actor
from shared.web.access import ANYONE, allow, current_person
from shared.web.api import blueprint, idempotency_key, once
from shared.web.site import database, limited

_LISTED = [field.attribute or name for name, field in InquiryItem().fields.items()]
bp = blueprint("inquiries", "inquiry", "Questions and their threads")


@bp.route("/inquiries", methods=["POST"])
@bp.arguments(QuestionSchema)
@bp.response(201, ReceiptSchema)
@allow(ANYONE)
def ask(question: dict[str, Any]) -> dict[str, Any]:
    """Take in a question. The same Idempotency-Key (or submission_id) and body get the same answer."""
    limited("ask", lambda s: s.limit_public_writes)
    key = idempotency_key() or question.pop("submission_id")
    question.pop("submission_id", None)
    spam = score(FormTraces(question["name"], question["email"], question["question"]))
    new = NewInquiry(**question, due_at=due_now(question["program"]), via=Via.API, spam=spam)
    body_hash = idempotency.fingerprint(request.get_data(cache=True))
    receipt = inquiries.submit(database(), parts().references, new, key=key, body_hash=body_hash)
    return {"id": receipt.id, "reference": receipt.reference, "status": InquiryStatus.NEW}


@bp.route("/inquiries", methods=["GET"])
@bp.arguments(InquiryQuery, location="query", unknown=RAISE)
@bp.response(200, InquiryList)
@allow(*DESK, "auditor")
def list_inquiries(query: dict[str, Any]) -> Any:
    """Inquiries, newest first."""
    names = ("status", "program", "assignee", "tag", "q")
    filters = {name: str(query[name]) if query.get(name) else None for name in names}
    filters["tag"] = tag_word(filters["tag"] or "")
    with database().reading() as session:
        return reply_queue.page(
            session,
            current_person().id,
            "all",
            filters=filters,
            zone=settings().zone,
            cursor=query.get("cursor"),
            limit=query["limit"],
        )


@bp.route("/inquiries/<uuid:inquiry_id>", methods=["GET"])
@bp.response(200, InquiryDetail)
@allow(*DESK, "auditor")
def show_inquiry(inquiry_id: UUID) -> dict[str, Any]:
    """One inquiry with its thread, its held replies and its letters."""
    with database().reading() as session:
        inquiry = inquiries.find(session, inquiry_id)
        return detail(session, inquiry)


def detail(session: Session, inquiry: Inquiry) -> dict[str, Any]:
    """The values of InquiryDetail."""
    entries = sorted(
        threads.thread(session, inquiry.id), key=lambda entry: entry.message.position or 0
    )  # the last one is what a reply is based on
    subjects = threads.subjects_of(inquiry.id, entries)
    return {
        **{name: getattr(inquiry, name) for name in _LISTED if hasattr(inquiry, name)},
        "tags": tags.of(session, inquiry.id),
        "merged_into_id": inquiry.merged_into_id,
        "asker_phone": inquiry.asker_phone,
        "source": inquiry.source,
        "registration_reference": inquiry.registration_reference,
        "thread": [
            {
                **_columns(entry.message),
                "staff_name": entry.staff_name,
                "reply": entry.reply,
                "event": entry.message.event,
                "other_inquiry": entry.other.reference if entry.other else None,
            }
            for entry in entries
        ],
        "held": [reply for reply, _ in replies.held_replies(session, inquiry.id)],
        "letters": letters.letters_of(session, subjects),
    }


def _columns(message: Any) -> dict[str, Any]:
    return {
        name: getattr(message, name)
        for name in ("id", "position", "kind", "via", "body", "is_verified", "created_at")
    }


def _move(name: str, inquiry_id: UUID) -> Inquiry:
    with database().transaction() as session:
        return inquiries.move(session, inquiry_id, _actor(), name, due_at=due_now())


def _actor() -> Actor:
    return current_person().actor


@bp.route("/inquiries/<uuid:inquiry_id>/ledger", methods=["GET"])
@bp.response(200, LedgerSchema)
@allow(*DESK, "auditor")
def show_ledger(inquiry_id: UUID) -> dict[str, Any]:
    """When the inquiry was received, stored, acknowledged, answered and accepted, and what came back."""
    with database().reading() as session:
        return {"items": ledger.stations(session, inquiries.find(session, inquiry_id))}


@bp.route("/inquiries/<uuid:inquiry_id>/claim", methods=["POST"])
@bp.response(200, InquiryItem)
@allow(*DESK)
def claim(inquiry_id: UUID) -> Inquiry:
    """The inquiry is the caller's; 409 when somebody else has it."""
    with database().transaction() as session:
        return reply_queue.claim(session, inquiry_id, current_person())


@bp.route("/inquiries/<uuid:inquiry_id>/release", methods=["POST"])
@bp.response(200, InquiryItem)
@allow(*DESK)
def release(inquiry_id: UUID) -> Inquiry:
    """The inquiry is nobody's again."""
    with database().transaction() as session:
        return inquiries.release(session, inquiry_id, _actor())


@bp.route("/inquiries/<uuid:inquiry_id>/assign", methods=["POST"])
@bp.arguments(AssignBody)
@bp.response(200, InquiryItem)
@allow(*DESK)
def assign(body: dict[str, Any], inquiry_id: UUID) -> Inquiry:
    """The inquiry is a colleague's."""
    with database().transaction() as session:
        return inquiries.assign(session, inquiry_id, _actor(), body["staff_id"])


@bp.route("/inquiries/<uuid:inquiry_id>/snooze", methods=["POST"])
@bp.arguments(SnoozeBody)
@bp.response(200, InquiryItem)
@allow(*DESK)
def snooze(body: dict[str, Any], inquiry_id: UUID) -> Inquiry:
    """The inquiry is out of the way until then, or until the asker writes."""
    with database().transaction() as session:
        return snoozes.snooze(session, inquiry_id, _actor(), body["until"])


@bp.route("/inquiries/<uuid:inquiry_id>/wake", methods=["POST"])
@bp.response(200, InquiryItem)
@allow(*DESK)
def wake(inquiry_id: UUID) -> Inquiry:
    """The inquiry is no longer put off."""
    with database().transaction() as session:
        return snoozes.wake(session, inquiry_id, _actor())


@bp.route("/inquiries/<uuid:inquiry_id>/close", methods=["POST"])
@bp.response(200, InquiryItem)
@allow(*DESK)
def close(inquiry_id: UUID) -> Inquiry:
    """The inquiry is settled."""
    return _move("close", inquiry_id)


@bp.route("/inquiries/<uuid:inquiry_id>/reopen", methods=["POST"])
@bp.response(200, InquiryItem)
@allow(*DESK)
def reopen(inquiry_id: UUID) -> Inquiry:
    """The inquiry waits for us again."""
    return _move("reopen", inquiry_id)


@bp.route("/inquiries/<uuid:inquiry_id>/spam", methods=["POST"])
@bp.response(200, InquiryItem)
@allow(*DESK)
def spam(inquiry_id: UUID) -> Inquiry:
    """The inquiry is spam; it stays on record."""
    return _move("spam", inquiry_id)


@bp.route("/inquiries/<uuid:inquiry_id>/not-spam", methods=["POST"])
@bp.response(200, InquiryItem)
@allow(*DESK)
def not_spam(inquiry_id: UUID) -> Inquiry:
    """The inquiry is released from quarantine, with the letters that it would have had."""
    return _move("not_spam", inquiry_id)


@bp.route("/inquiries/<uuid:inquiry_id>/notes", methods=["POST"])
@bp.arguments(NoteBody)
@bp.response(201, NotedItem)
@allow(*DESK)
def add_note(body: dict[str, Any], inquiry_id: UUID) -> dict[str, Any]:
    """A note for colleagues. Those who are named in it (`@dora`) are told by letter."""
    person = current_person()

    def work(session: Session) -> dict[str, Any]:
        noted = notes.write(session, inquiry_id, person, body["body"])
        named = {"told": noted.told, "unknown": noted.unknown, "ambiguous": noted.ambiguous}
        return dict(NotedItem().dump(_columns(noted.message) | named))

    return dict(NotedItem().load(once(f"note:{inquiry_id}:{person.id}", work)))


@bp.route("/inquiries/<uuid:inquiry_id>/calls", methods=["POST"])
@bp.arguments(CallBody)
@bp.response(201, MessageItem)
@allow(*DESK)
def log_call(body: dict[str, Any], inquiry_id: UUID) -> dict[str, Any]:
    """A call is on record."""
    person = current_person()

    def work(session: Session) -> dict[str, Any]:
        call = inquiries.log_call(session, inquiry_id, person, body["body"], is_answered=body["is_answered"])
        return dict(MessageItem().dump(_columns(call)))

    return _loaded(once(f"call:{inquiry_id}:{person.id}", work))


def _loaded(answer: dict[str, Any]) -> dict[str, Any]:
    """A stored answer as values, so that the schema can write it out again."""
    return dict(MessageItem().load(answer))


@bp.route("/take-next", methods=["POST"])
@bp.response(200, InquiryItem)
@allow(*DESK)
def take_next() -> Inquiry:
    """The longest due inquiry that nobody has is the caller's; 404 when nobody waits."""
    with database().transaction() as session:
        return reply_queue.take_next(session, current_person())
