"""Answers over HTTP: sent with an undo window, held ones sent or discarded by hand."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inquiry_service.db.models import Reply
from inquiry_service.domain import replies
from inquiry_service.terms import Via
from inquiry_service.web.auth import DESK
from inquiry_service.web.parts import settings
from inquiry_service.web.schemas.inquiries import ReplyBody, ReplyItem, reply_as_json
from shared.web.access import allow, current_person
from shared.web.api import blueprint, once
from shared.web.site import database

bp = blueprint("replies", "inquiry", "Answers of the staff")


@bp.route("/inquiries/<uuid:inquiry_id>/replies", methods=["POST"])
@bp.arguments(ReplyBody)
@bp.response(201, ReplyItem)
@allow(*DESK)
def answer(body: dict[str, Any], inquiry_id: UUID) -> dict[str, Any]:
    """Answer. 409 with the newer messages when `based_on` is no longer the last one."""
    person = current_person()

    def work(session: Session) -> dict[str, Any]:
        reply = replies.answer(
            session,
            inquiry_id,
            person,
            body["body"],
            is_closing=body["close"],
            based_on=body["based_on"],
            via=Via.API if person.by == "token" else Via.DESK,
            undo_s=settings().undo_held_s,
            scheduled_at=body["send_at"],
        )
        return reply_as_json(reply)

    return dict(ReplyItem().load(once(f"reply:{inquiry_id}:{person.id}", work)))


@bp.route("/inquiries/<uuid:inquiry_id>/replies/<uuid:reply_id>/undo", methods=["POST"])
@bp.response(200, ReplyItem)
@allow(*DESK)
def undo(inquiry_id: UUID, reply_id: UUID) -> Reply:
    """The answer is a draft again; 409 when it is on its way."""
    with database().transaction() as session:
        return replies.undo(session, inquiry_id, reply_id, current_person())


@bp.route("/inquiries/<uuid:inquiry_id>/replies/<uuid:reply_id>/send", methods=["POST"])
@bp.response(200, ReplyItem)
@allow(*DESK)
def send_held(inquiry_id: UUID, reply_id: UUID) -> Reply:
    """A held answer goes out after all."""
    with database().transaction() as session:
        return replies.send_held(session, inquiry_id, reply_id, current_person())


@bp.route("/inquiries/<uuid:inquiry_id>/replies/<uuid:reply_id>/discard", methods=["POST"])
@bp.response(200, ReplyItem)
@allow(*DESK)
def discard(inquiry_id: UUID, reply_id: UUID) -> Reply:
    """A held answer will not go out."""
    with database().transaction() as session:
        return replies.discard(session, inquiry_id, reply_id, current_person())
