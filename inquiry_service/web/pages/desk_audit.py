"""Who did what, and when: the audit as people read it."""

from uuid import UUID

from flask import Blueprint, render_template, request

from inquiry_service.domain import audit_trail
from inquiry_service.web.desk_queue import around_page
from inquiry_service.web.parts import settings
from inquiry_service.web.words import said_at
from shared.clock import utc_now
from shared.web.access import allow, current_person
from shared.web.site import database

pages = Blueprint("audit", __name__, url_prefix="/desk/audit")


@pages.get("")
@allow("director", "auditor")
def show() -> str:
    """A page of it, the newest first; `who` and `about` narrow it."""
    who, about = _uuid("who"), _uuid("about")
    now, zone = utc_now(), settings().zone
    with database().reading() as session:
        found = audit_trail.page(session, who=who, about=about, cursor=request.args.get("cursor"))
        views = around_page(session, current_person())
    entries = [
        {
            "at": row.at,
            "words": said_at(row.at, now, zone),
            "who": row.person_name,
            "person_id": row.person_id,
            "action": row.action.replace("_", " "),
            "about": row.reference or row.staff_name or "",
            "subject_id": row.subject_id,
            "is_inquiry": row.reference is not None,
            "details": ", ".join(
                f"{name} {value}" for name, value in row.details.items() if value not in (None, "")
            ),
            "reason": row.reason or "",
        }
        for row in found.items
    ]
    return render_template(
        "desk/audit.html",
        **views,
        is_audit=True,
        entries=entries,
        next_cursor=found.next,
        who=who,
        about=about,
    )


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(request.args.get(name, ""))
    except ValueError:
        return None
