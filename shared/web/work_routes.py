"""Letters and jobs over HTTP, the same for both services: what waits, what is in doubt, and a person's decision about it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE, fields

from shared import blobs, jobs, letters
from shared.cursors import decode, encode, not_ours
from shared.errors import NotFound
from shared.phrases import phrase
from shared.tables import JOB_STATES, LETTER_STATES
from shared.web.access import allow, current_person
from shared.web.api import blueprint
from shared.web.fields import Schema, Text, Whole
from shared.web.site import database


class LetterQuery(Schema):
    """Which letters, and where the page begins."""

    status = fields.String(validate=ma.validate.OneOf(LETTER_STATES))
    cursor = Text(max_length=400)
    limit = Whole(load_default=50, validate=ma.validate.Range(1, 100))


class LetterSchema(Schema):
    """A letter and its fate."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    status = fields.String(required=True)
    recipient = fields.String(required=True)
    subject_id = fields.UUID()
    subject = fields.String(allow_none=True)
    attempts = fields.Integer()
    last_error = fields.String(allow_none=True)
    smtp_reply = fields.String(allow_none=True)
    message_id = fields.String(allow_none=True)
    due_at = fields.AwareDateTime()
    created_at = fields.AwareDateTime()
    sent_at = fields.AwareDateTime(allow_none=True)
    resend_of = fields.UUID(allow_none=True)


class LetterList(Schema):
    """A page of letters."""

    items = fields.List(fields.Nested(LetterSchema), required=True)
    next = fields.String(allow_none=True, required=True)


class JobQuery(Schema):
    """Which jobs."""

    status = fields.String(validate=ma.validate.OneOf(JOB_STATES))
    limit = Whole(load_default=100, validate=ma.validate.Range(1, 500))


class JobSchema(Schema):
    """A job; its payload is not shown, its error is a type."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    status = fields.String(required=True)
    due_at = fields.AwareDateTime()
    attempts = fields.Integer()
    last_error = fields.String(allow_none=True)
    every = fields.Raw(metadata={"type": ["string", "null"]})


class JobList(Schema):
    """Jobs, parked ones first."""

    items = fields.List(fields.Nested(JobSchema), required=True)
    next = fields.String(allow_none=True, required=True)


class ResentSchema(Schema):
    """The letter that goes instead."""

    id = fields.UUID(required=True)


def work_blueprint(service: str, *, roles: tuple[str, ...]) -> Blueprint:
    """`/letters` and `/jobs` of a service, for people with one of the roles."""
    bp = blueprint("work", service, "Letters and jobs: what waits and what is in doubt")
    _add_letters(bp, roles)
    _add_jobs(bp, roles)
    return bp


def _add_letters(bp: Blueprint, roles: tuple[str, ...]) -> None:
    @bp.route("/letters", methods=["GET"])
    @bp.arguments(LetterQuery, location="query", unknown=RAISE)
    @bp.response(200, LetterList)
    @allow(*roles)
    def list_letters(query: dict[str, Any]) -> dict[str, Any]:
        """Letters, newest first."""
        before = _checked(decode("letters", query.get("cursor"), 2))
        limit = query["limit"]
        with database().reading() as session:
            found = letters.list_letters(session, status=query.get("status"), before=before, limit=limit + 1)
        items = found[:limit]
        has_more = len(found) > limit
        return {
            "items": items,
            "next": encode("letters", items[-1].created_at.isoformat(), items[-1].id) if has_more else None,
        }

    @bp.route("/letters/<uuid:letter_id>", methods=["GET"])
    @bp.response(200, LetterSchema)
    @allow(*roles)
    def show_letter(letter_id: UUID) -> Any:
        """One letter and its fate."""
        with database().reading() as session:
            return letters.show(session, letter_id)

    @bp.route("/letters/<uuid:letter_id>/bytes", methods=["GET"])
    @bp.response(200, content_type="message/rfc822")
    @allow(*roles)
    def letter_bytes(letter_id: UUID) -> Response:
        """The letter as it was, or will be, sent; 404 before it is rendered."""
        with database().reading() as session:
            letter = letters.show(session, letter_id)
            if letter.blob_sha256 is None:
                raise NotFound(phrase("The letter is not rendered yet"))
            data = blobs.get(session, letter.blob_sha256)
        headers = {
            "Content-Disposition": f'attachment; filename="{letter_id}.eml"',
            "Cache-Control": "no-store",
        }
        return Response(data, mimetype="message/rfc822", headers=headers)

    @bp.route("/letters/<uuid:letter_id>/resend", methods=["POST"])
    @bp.response(201, ResentSchema)
    @allow(*roles)
    def resend(letter_id: UUID) -> dict[str, UUID]:
        """Send a letter again whose outcome is unknown, failed or bounced."""
        with database().transaction() as session:
            return {"id": letters.resend(session, letter_id, current_person().actor)}

    @bp.route("/letters/<uuid:letter_id>/mark-sent", methods=["POST"])
    @bp.response(200, LetterSchema)
    @allow(*roles)
    def mark_sent(letter_id: UUID) -> Any:
        """Settle a letter that is known to have arrived."""
        with database().transaction() as session:
            letters.mark_sent(session, letter_id, current_person().actor)
            return letters.show(session, letter_id)


def _add_jobs(bp: Blueprint, roles: tuple[str, ...]) -> None:
    @bp.route("/jobs", methods=["GET"])
    @bp.arguments(JobQuery, location="query", unknown=RAISE)
    @bp.response(200, JobList)
    @allow(*roles)
    def list_jobs(query: dict[str, Any]) -> dict[str, Any]:
        """Jobs, parked ones first."""
        with database().reading() as session:
            found = jobs.list_jobs(session, status=query.get("status"), limit=query["limit"])
        items = [dict(row._mapping) | {"every": str(row.every) if row.every else None} for row in found]
        return {"items": items, "next": None}

    @bp.route("/jobs/<uuid:job_id>/retry", methods=["POST"])
    @bp.response(204)
    @allow(*roles)
    def retry(job_id: UUID) -> None:
        """Run a parked job again, now."""
        with database().transaction() as session:
            jobs.retry(session, job_id)


def _checked(before: tuple[Any, ...] | None) -> tuple[str, str] | None:
    if before is None:
        return None
    try:
        return datetime.fromisoformat(before[0]).isoformat(), str(UUID(before[1]))
    except (ValueError, TypeError):
        raise not_ours() from None
