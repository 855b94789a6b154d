"""What the law makes the school keep: rules as dated data, each with its source."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enrollment_service.domain import personal_data
from enrollment_service.web.auth import RUNS_OFFICE, SEES_OFFICE
from enrollment_service.web.schemas.records import DutyForm
from shared.errors import Invalid
from shared.web.access import allow, current_person
from shared.web.mistakes import sentences_of
from shared.web.site import database

pages = Blueprint("office_record_pages", __name__)
HERE = "/office/records"


@pages.get(HERE)
@allow(*SEES_OFFICE)
def show() -> ResponseReturnValue:
    """The rules, and a form for one more."""
    return _page({})


@pages.post(HERE)
@allow(*RUNS_OFFICE)
def add() -> ResponseReturnValue:
    """One more rule."""
    try:
        given: dict[str, Any] = dict(DutyForm().load(request.form.to_dict()))
        with database().transaction() as session:
            personal_data.add_duty(session, current_person().actor, **given)
    except (ma.ValidationError, Invalid) as error:
        return _page(sentences_of(error), 422)
    flash(_("Added. It keeps registrations of classes that have begun."))
    return redirect(HERE, 303)


@pages.post(f"{HERE}/<uuid:duty_id>/end")
@allow(*RUNS_OFFICE)
def end(duty_id: UUID) -> ResponseReturnValue:
    """The rule keeps nothing any more; it stays on record with its dates."""
    with database().transaction() as session:
        personal_data.end_duty(session, current_person().actor, duty_id)
    flash(_("The rule has ended."))
    return redirect(HERE, 303)


def _page(errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    with database().reading() as session:
        duties = personal_data.duties(session)
    html = render_template("office/records.html", duties=duties, errors=errors, typed=request.form)
    return html, status
