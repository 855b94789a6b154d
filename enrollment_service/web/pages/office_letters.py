"""Letters in the office: what waits, what is in doubt, and the registrar's decision about it; and jobs that wait for a person."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from shared import jobs, letters
from shared.errors import DomainError, NotFound
from shared.tables import LETTER_STATES
from shared.web.access import allow, current_person
from shared.web.site import database
from shared.web.words import say

pages = Blueprint("office_letter_pages", __name__)
VIEWS = ("", "unknown", "failed", "bounced", "queued", "sent")
SHOWN = 100


@pages.get("/office/letters")
@allow("registrar", "director")
def list_letters() -> str:
    """Letters, newest first, and jobs that are parked."""
    status = request.args.get("status") or None
    with database().reading() as session:
        found = letters.list_letters(session, status=status if status in LETTER_STATES else None, limit=SHOWN)
        parked = jobs.list_jobs(session, status="parked")
    return render_template(
        "office/letters.html",
        letters=found,
        parked=parked,
        status=status or "",
        views=VIEWS,
    )


@pages.post("/office/letters/<uuid:letter_id>/<any(resend, 'mark-sent'):decision>")
@allow("registrar", "director")
def decide(letter_id: UUID, decision: str) -> ResponseReturnValue:
    """Send it again, or take it as sent."""
    actor = current_person().actor
    try:
        with database().transaction() as session:
            if decision == "resend":
                letters.resend(session, letter_id, actor)
            else:
                letters.mark_sent(session, letter_id, actor)
        flash(_("The letter goes again.") if decision == "resend" else _("The letter counts as sent."))
    except NotFound:
        raise
    except DomainError as refusal:
        flash(say(refusal.detail), "due")
    return redirect(url_for(".list_letters"), 303)


@pages.post("/office/jobs/<uuid:job_id>/retry")
@allow("registrar", "director")
def retry(job_id: UUID) -> ResponseReturnValue:
    """A parked job runs again, now."""
    with database().transaction() as session:
        jobs.retry(session, job_id)
    flash(_("The work is due again."))
    return redirect(url_for(".list_letters"), 303)
