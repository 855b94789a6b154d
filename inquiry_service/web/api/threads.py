"""Threads over HTTP: tags, program, merging, splitting, history; and questions that staff take down."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import history, inquiries, merges, splits, spoken_questions, tags
from inquiry_service.domain.spoken_questions import SpokenQuestion
from inquiry_service.terms import Via
from inquiry_service.web.auth import DESK
from inquiry_service.web.parts import due_now, parts
from inquiry_service.web.schemas.inquiries import InquiryItem
from inquiry_service.web.schemas.threads import (
    HistoryList,
    MergeBody,
    OpenedItem,
    ProgramBody,
    SplitBody,
    SpokenBody,
    TagBody,
    TagList,
)
from shared.web.access import allow, current_person
from shared.web.api import blueprint, once
from shared.web.site import database

bp = blueprint("whole_threads_api", "inquiry", "Threads as a whole")


@bp.route("/tags", methods=["GET"])
@bp.response(200, TagList)
@allow(*DESK, "auditor")
def list_tags() -> dict[str, Any]:
    """The tags that some inquiry has."""
    with database().reading() as session:
        return {"items": tags.in_use(session)}


@bp.route("/inquiries/<uuid:inquiry_id>/tags", methods=["POST"])
@bp.arguments(TagBody)
@bp.response(200, TagList)
@allow(*DESK)
def add_tag(body: dict[str, Any], inquiry_id: UUID) -> dict[str, Any]:
    """The inquiry has the tag; all that it has now."""
    with database().transaction() as session:
        return {"items": tags.add(session, inquiry_id, current_person().actor, body["tag"])}


@bp.route("/inquiries/<uuid:inquiry_id>/tags/remove", methods=["POST"])
@bp.arguments(TagBody)
@bp.response(200, TagList)
@allow(*DESK)
def remove_tag(body: dict[str, Any], inquiry_id: UUID) -> dict[str, Any]:
    """The inquiry has the tag no longer; those that are left."""
    with database().transaction() as session:
        return {"items": tags.remove(session, inquiry_id, current_person().actor, body["tag"])}


@bp.route("/inquiries/<uuid:inquiry_id>/history", methods=["GET"])
@bp.response(200, HistoryList)
@allow(*DESK, "auditor")
def show_history(inquiry_id: UUID) -> dict[str, Any]:
    """What was done to the inquiry, by whom and when."""
    with database().reading() as session:
        return {"items": history.of(session, inquiry_id)}


@bp.route("/inquiries/<uuid:inquiry_id>/program", methods=["POST"])
@bp.arguments(ProgramBody)
@bp.response(200, InquiryItem)
@allow(*DESK)
def change_program(body: dict[str, Any], inquiry_id: UUID) -> Inquiry:
    """The inquiry is about that program; whoever answers for it is told."""
    with database().transaction() as session:
        return inquiries.change_program(session, inquiry_id, current_person().actor, body["program"])


@bp.route("/inquiries/<uuid:inquiry_id>/merge", methods=["POST"])
@bp.arguments(MergeBody)
@bp.response(200, InquiryItem)
@allow(*DESK)
def merge(body: dict[str, Any], inquiry_id: UUID) -> Inquiry:
    """The other one goes into this one. 409 *other-address* until somebody says that it is one person."""
    with database().transaction() as session:
        return merges.merge(
            session, current_person(), inquiry_id, body["other_id"], is_one_person=body["is_one_person"]
        )


@bp.route("/inquiries/<uuid:inquiry_id>/unmerge", methods=["POST"])
@bp.response(200, InquiryItem)
@allow(*DESK)
def unmerge(inquiry_id: UUID) -> Inquiry:
    """The merged inquiry has its own thread again."""
    with database().transaction() as session:
        return merges.unmerge(session, current_person(), inquiry_id, due_at=due_now())


@bp.route("/inquiries/<uuid:inquiry_id>/split", methods=["POST"])
@bp.arguments(SplitBody)
@bp.response(201, OpenedItem)
@allow(*DESK)
def split(body: dict[str, Any], inquiry_id: UUID) -> dict[str, Any]:
    """Some of what the asker wrote is an inquiry of its own."""
    person = current_person()

    def work(session: Session) -> dict[str, Any]:
        chosen = body.get("message_ids") or splits.entries_from(session, inquiry_id, body["from_position"])
        new = splits.split(session, parts().references, person, inquiry_id, chosen, due_at=due_now())
        return dict(OpenedItem().dump(new))

    return dict(OpenedItem().load(once(f"split:{inquiry_id}:{person.id}", work)))


@bp.route("/inquiries/by-staff", methods=["POST"])
@bp.arguments(SpokenBody)
@bp.response(201, OpenedItem)
@allow(*DESK)
def take_down(body: dict[str, Any]) -> dict[str, Any]:
    """A question that came by telephone or in person."""
    person = current_person()
    spoken = SpokenQuestion(
        **{**body, "email": body["email"] or "", "via": Via(body["via"])}, due_at=due_now()
    )

    def work(session: Session) -> dict[str, Any]:
        return dict(
            OpenedItem().dump(spoken_questions.take_down(session, parts().references, person, spoken))
        )

    return dict(OpenedItem().load(once(f"spoken:{person.id}", work)))
