"""Being away, and the morning's letter: what everybody who works the queue decides for themselves."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inquiry_service.domain import absences, staff
from inquiry_service.domain.absences import Away
from inquiry_service.web.auth import DESK, DIRECTORS
from inquiry_service.web.forms import checked, see, typed
from inquiry_service.web.parts import settings
from inquiry_service.web.schemas.forms import AwayForm
from shared.people import Person
from shared.web.access import allow, current_person
from shared.web.site import database
from shared.web.words import day_in_words

pages = Blueprint("account_times", __name__)


def times_part(session: Session, person: Person) -> dict[str, Any]:
    """What the account's page shows of it; nothing to those who do not work the queue."""
    if not person.has_any(frozenset(DESK)):
        return {"works_queue": False}
    around = absences.around(session, person.id)
    own = next((one for one in around if one.staff_id == person.id), None)
    return {
        "works_queue": True,
        "away": _own_words(own) if own else None,
        "away_typed": {name: typed(name) for name in ("first_day", "last_day", "colleague_id")},
        "colleagues": [(str(one.id), one.name) for one in staff.colleagues(session) if one.id != person.id],
        "reads_digest": person.has_any(frozenset(DIRECTORS)),
        "has_digest": staff.has_digest(session, person.id),
    }


def _own_words(own: Any) -> str:
    zone = settings().zone
    first_day, last_day = (
        day_in_words(moment.astimezone(zone).date())
        for moment in (own.away_from, own.away_until - timedelta(seconds=1))
    )
    if own.begun_at:
        return str(
            _(
                "You are away until %(day)s. %(name)s has your questions.",
                day=last_day,
                name=own.colleague_name,
            )
        )
    return str(
        _(
            "You will be away from %(first)s to %(last)s. %(name)s will have your questions.",
            first=first_day,
            last=last_day,
            name=own.colleague_name,
        )
    )


@pages.post("/account/digest")
@allow(*DIRECTORS)
def set_digest() -> ResponseReturnValue:
    """The morning's letter comes, or does not."""
    with database().transaction() as session:
        staff.set_digest(session, current_person(), wants=typed("has_digest") == "1")
    flash(_("Kept."))
    return see("/account")


@pages.post("/account/back")
@allow(*DESK)
def come_back() -> ResponseReturnValue:
    """One is here again, before the time."""
    with database().transaction() as session:
        absences.come_back(session, current_person())
    flash(_("Welcome back. What nobody touched is yours again."))
    return see("/account")


def plan_away() -> None:
    """A colleague has one's work in that time. Raises FormNotRight, Invalid."""
    words = {
        "first_day": _("Enter your first day away"),
        "last_day": _("Enter your last day away"),
        "colleague_id": _("Choose who has your questions meanwhile"),
    }
    given = checked(AwayForm(), words)
    away = Away(given["first_day"], given["last_day"], given["colleague_id"])
    with database().transaction() as session:
        absences.plan(session, current_person(), away, settings().zone)
    flash(_("Your colleague has your questions in that time, and you get back what nobody touched."))
