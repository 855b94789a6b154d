"""Saved replies over HTTP."""

from typing import Any
from uuid import UUID

from marshmallow import RAISE
from sqlalchemy.orm import Session

from inquiry_service.db.models import SavedReply
from inquiry_service.domain import saved_replies
from inquiry_service.domain.errors import SavedReplyChanged
from inquiry_service.web.auth import DESK
from inquiry_service.web.schemas.saved_replies import (
    SavedReplyBody,
    SavedReplyItem,
    SavedReplyList,
    SavedReplyQuery,
)
from shared.web.access import allow, current_person
from shared.web.api import IF_MATCH, ProblemSchema, blueprint, if_match, once
from shared.web.problems import PROBLEM_JSON, problem
from shared.web.site import database

bp = blueprint("saved_replies", "inquiry", "Texts that answers begin with")


@bp.route("/saved-replies", methods=["GET"])
@bp.arguments(SavedReplyQuery, location="query", unknown=RAISE)
@bp.response(200, SavedReplyList)
@allow(*DESK)
def list_saved_replies(query: dict[str, Any]) -> dict[str, Any]:
    """Those that the caller may insert, by their titles."""
    with database().reading() as session:
        found = saved_replies.listed(session, current_person(), is_archived=query["archived"])
        return {"items": found, "next": None}


@bp.route("/saved-replies", methods=["POST"])
@bp.arguments(SavedReplyBody)
@bp.response(201, SavedReplyItem)
@allow(*DESK)
def write(body: dict[str, Any]) -> Any:
    """A new one. 422 names a merge field that there is not."""
    person = current_person()

    def work(session: Session) -> dict[str, Any]:
        return {"id": str(saved_replies.write(session, person, **body).id)}

    written = once(f"saved_reply:{person.id}", work)
    with database().reading() as session:
        return saved_replies.find(session, UUID(written["id"]), person)


@bp.route("/saved-replies/<uuid:saved_reply_id>", methods=["PUT"])
@bp.arguments(SavedReplyBody)
@bp.response(200, SavedReplyItem)
@bp.alt_response(412, schema=ProblemSchema, content_type=PROBLEM_JSON, description="It was changed meanwhile")
@bp.doc(parameters=[IF_MATCH])
@allow(*DESK)
def change(body: dict[str, Any], saved_reply_id: UUID) -> Any:
    """Its words are these. With If-Match (the `version` of what was read, quoted) another's change is not overwritten."""
    try:
        with database().transaction() as session:
            return saved_replies.change(session, saved_reply_id, current_person(), **body, seen=if_match())
    except SavedReplyChanged as error:
        return problem(412, error.code, str(error.title))


@bp.route("/saved-replies/<uuid:saved_reply_id>/archive", methods=["POST"])
@bp.response(200, SavedReplyItem)
@allow(*DESK)
def archive(saved_reply_id: UUID) -> SavedReply:
    """Nobody is offered it any more."""
    with database().transaction() as session:
        return saved_replies.archive(session, saved_reply_id, current_person())


@bp.route("/saved-replies/<uuid:saved_reply_id>/bring-back", methods=["POST"])
@bp.response(200, SavedReplyItem)
@allow(*DESK)
def bring_back(saved_reply_id: UUID) -> SavedReply:
    """It is offered again."""
    with database().transaction() as session:
        return saved_replies.bring_back(session, saved_reply_id, current_person())
