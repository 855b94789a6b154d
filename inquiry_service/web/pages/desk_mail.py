"""Mails that could not be filed with a thread: seen here with their originals, so that none is lost."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from inquiry_service.domain import inbound, unfiled
from inquiry_service.terms import RawMailStatus
from inquiry_service.web.auth import DESK
from inquiry_service.web.desk_queue import Place, views_part
from inquiry_service.web.parts import settings
from inquiry_service.web.words import clipped, said_at
from shared.clock import utc_now
from shared.web.access import allow, current_person
from shared.web.site import database

pages = Blueprint("mail", __name__, url_prefix="/desk/unfiled")


@pages.get("")
@allow(*DESK)
def show() -> str:
    """The list."""
    with database().reading() as session:
        mails = [_shown(mail) for mail in inbound.unsettled(session)]
        return render_template(
            "desk/unfiled.html", mails=mails, **views_part(session, current_person(), Place(""))
        )


def _shown(mail: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing is parsed here: what filing read of the mail, or its first bytes as they came."""
    at = mail["received_at"]
    not_read = _("not read yet") if mail["status"] == RawMailStatus.STORED else ""
    opening = bytes(mail["opening"] or b"").decode("utf-8", "replace").replace("\x00", "\ufffd")
    return {
        "id": mail["id"],
        "why": mail["error"] or not_read,
        "sender": mail["sender"] or "",
        "subject": mail["subject"] or "",
        "text": mail["excerpt"] or clipped(opening, 300),
        "at": at,
        "words": said_at(at, utc_now(), settings().zone),
    }


@pages.get("/<uuid:raw_id>/original")
@allow(*DESK)
def original(raw_id: UUID) -> Response:
    """The mail as it came in."""
    with database().reading() as session:
        data = unfiled.original(session, raw_id)
    headers = {"Content-Disposition": f'attachment; filename="{raw_id}.eml"'}
    return Response(data, mimetype="message/rfc822", headers=headers)
