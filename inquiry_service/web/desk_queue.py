"""The queue as the desk shows it: views with their counts, rows with their due times in words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import marshmallow as ma
from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from inquiry_service.domain import absences, reply_queue, staff
from inquiry_service.domain.tag_words import tag_word
from inquiry_service.terms import DESK_ROLES, FOR_US
from inquiry_service.web.parts import parts, settings
from inquiry_service.web.schemas.forms import DeskQuery
from inquiry_service.web.words import clipped, due_in_words, initials, program_code, said_at
from shared.clock import utc_now
from shared.errors import Invalid
from shared.people import Person
from shared.web.mistakes import sentences_of
from shared.web.words import day_in_words

FIRST_VIEW = "open"
PAGE_LENGTH = 50
NOBODY = "nobody"
VIEWS = (
    "mine",
    "mentions",
    "new",
    "open",
    "waiting",
    "snoozed",
    "held",
    "never_reached",
    "quarantine",
    "closed",
    "all",
)
ALARMS = {"mentions": "due", "held": "due", "never_reached": "overdue"}
BREAKS = ("held", "closed")  # a line stands before these


@dataclass(frozen=True)
class Place:
    """Where in the queue the person is; kept in every link, so that the list stays as it was."""

    view: str
    q: str | None = None
    cursor: str | None = None
    program: str | None = None
    who: str | None = None
    tag: str | None = None

    def query(self, **more: object) -> str:
        """The place as a query string; `more` may add to it."""
        return urlencode({name: value for name, value in {**asdict(self), **more}.items() if value})

    def first_page(self) -> str:
        """The same without the cursor."""
        return replace(self, cursor=None).query()

    def hidden(self) -> dict[str, str]:
        """The place as hidden fields of a form."""
        return {name: value or "" for name, value in asdict(self).items()}

    def filters(self) -> dict[str, str | None]:
        """What the queue's page is asked for, beside the view."""
        found = {"q": self.q, "program": self.program, "tag": self.tag}
        return found | ({"unassigned": "yes"} if self.who == NOBODY else {"assignee": self.who})


def place_of_request() -> Place:
    """From the address, or from the form's hidden fields. What is not a view is the first one; a search looks everywhere."""
    try:
        found = DeskQuery().load({**request.args.to_dict(), **_hidden()})
    except ma.ValidationError:
        return Place(FIRST_VIEW)
    view = found["view"] if found["view"] in VIEWS else FIRST_VIEW
    return Place(
        view="all" if found["q"] else view,
        q=found["q"],
        cursor=found["cursor"],
        program=found["program"],
        who=_somebody(found["who"]),
        tag=tag_word(found["tag"] or "") or None,
    )


def _somebody(who: str | None) -> str | None:
    """A person's id, or nobody; anything else is no filter."""
    try:
        return who if who in (None, NOBODY) else str(UUID(who))
    except ValueError:
        return None


def _uuid_text(typed: str) -> str:
    return str(UUID(typed))


def _hidden() -> dict[str, str]:
    return {field.name: request.form[field.name] for field in fields(Place) if field.name in request.form}


def view_words() -> dict[str, str]:
    """What the views are called."""
    return {
        "mine": _("Mine"),
        "mentions": _("Mentions you"),
        "new": _("Unassigned"),
        "open": _("Everyone's"),
        "waiting": _("Waiting for them"),
        "snoozed": _("Put off"),
        "held": _("Held"),
        "never_reached": _("Never reached"),
        "quarantine": _("Quarantine"),
        "closed": _("Closed"),
        "all": _("All"),
    }


def list_title(place: Place) -> str:
    """What stands above the list."""
    if place.q:
        return str(_("Found for “%(words)s”", words=clipped(place.q, 40)))
    words = view_words()[place.view]
    return _("%(view)s, due first", view=words) if place.view in ("mine", "new", "open") else words


def empty_words(place: Place) -> tuple[str, str]:
    """A heading and a sentence for a view that holds nothing."""
    if place.q:
        return _("Nothing found"), _("Try a name, an address, a word of the question, or a whole reference.")
    found = {
        "mine": (
            _("Nothing is yours"),
            _("Take the next one: the question that is due soonest becomes yours."),
        ),
        "mentions": (
            _("Nobody asks for you"),
            _("Notes that name you stand here until you open them."),
        ),
        "new": (_("Everything is in hands"), _("Every open question has somebody who answers it.")),
        "open": (_("All answered"), _("No question waits for us.")),
        "waiting": (
            _("Nobody to wait for"),
            _("Answered questions stand here until their asker writes again."),
        ),
        "snoozed": (_("Nothing is put off"), _("What was put off until later stands here.")),
        "held": (_("Nothing is held"), _("Answers by mail that need a look before they go stand here.")),
        "never_reached": (
            _("Every letter arrived"),
            _("Who could not be reached by mail stands here, to be called instead."),
        ),
        "quarantine": (
            _("Nothing is set aside"),
            _("What looks like spam stands here, until somebody looks."),
        ),
        "closed": (_("Nothing is closed yet"), _("Settled questions stand here.")),
    }
    return found.get(place.view, (_("Nothing here"), ""))


def frame(session: Session, person: Person, place: Place, *, current: UUID | None = None) -> dict[str, Any]:
    """What every page of the desk shows around its thread."""
    standing = reply_queue.standing(session, person.id)
    return {
        "standing": standing,
        "place": place,
        "current_id": current,
        "undo_bulk": request.args.get("undo_bulk", "", type=_uuid_text),
        "colleagues": [(str(one.id), one.name) for one in staff.colleagues(session)],
        "programs": [(program.slug, program.title) for program in parts().enrollment.programs_known()],
        **notices_of(standing, person),
        **views_part(session, person, place, standing),
        **list_part(session, person, place),
    }


def notices_part(session: Session, person: Person) -> dict[str, Any]:
    """What everybody at the desk should know, and who is away."""
    return notices_of(reply_queue.standing(session, person.id), person)


def notices_of(standing: reply_queue.Standing, person: Person) -> dict[str, Any]:
    """The same of how things stand."""
    away = [_absence(one, person) for one in standing.absences]
    return asdict(standing.alarms) | {"absences": away}


def _absence(one: absences.Around, person: Person) -> tuple[str, str]:
    """Who is away and who has the work, with where to look at it."""
    day = day_in_words((one.away_until - timedelta(seconds=1)).astimezone(settings().zone).date())
    if one.staff_id == person.id:
        words = _(
            "You are away until %(day)s. %(name)s has your questions.", day=day, name=one.colleague_name
        )
        return str(words), "/account#away"
    words = ngettext(
        "%(name)s is away until %(day)s: you have %(num)s of their questions.",
        "%(name)s is away until %(day)s: you have %(num)s of their questions.",
        one.waiting,
        name=one.name,
        day=day,
    )
    return str(words), "/desk?view=mine"


def tag_options(place: Place, known: Sequence[str]) -> list[tuple[str, str]]:
    """The tags of the filter, with the one that is chosen although nothing has it any more."""
    return [(word, f"#{word}") for word in sorted({*known, *([place.tag] if place.tag else [])})]


def around_page(session: Session, person: Person) -> dict[str, Any]:
    """What stands around a page of the desk that is no thread; the queue's views are for whoever works the queue."""
    works_queue = person.has_any(frozenset(DESK_ROLES))
    return {"works_queue": works_queue} | (views_part(session, person, Place("")) if works_queue else {})


def views_part(
    session: Session, person: Person, place: Place, standing: reply_queue.Standing | None = None
) -> dict[str, Any]:
    """The views with their counts."""
    standing = standing or reply_queue.standing(session, person.id)
    counts = standing.counts
    words = view_words()
    shown = [
        {
            "name": name,
            "words": words[name],
            "count": _at_most(counts.get(name)),
            "alarm": ALARMS.get(name),
            "break": name in BREAKS,
        }
        for name in VIEWS
    ]
    return {"place": place, "views": shown, "unfiled": standing.unfiled}


def _at_most(count: int | None) -> int | str | None:
    """The number, or that there are more than are worth counting."""
    is_whole = count is None or count < reply_queue.COUNTED_TO
    return count if is_whole else f"{reply_queue.COUNTED_TO - 1}+"


def list_part(session: Session, person: Person, place: Place) -> dict[str, Any]:
    """One page of the place's view; a search that cannot be read finds nothing, and `trouble` says why."""
    now, zone = utc_now(), settings().zone
    trouble = ""
    try:
        found = reply_queue.page(
            session,
            person.id,
            place.view,
            filters=place.filters(),
            zone=zone,
            cursor=place.cursor,
            limit=PAGE_LENGTH,
        )
    except Invalid as error:
        if "q" not in error.fields:
            raise
        found, trouble = reply_queue.Page((), None), sentences_of(error)["q"]
    return {
        "place": place,
        "trouble": trouble,
        "instead": found.instead,
        "list_title": list_title(place),
        "empty": empty_words(place),
        "rows": [_row(item, person, now, zone) for item in found.items],
        "next_url": f"/desk?{place.query(cursor=found.next)}" if found.next else None,
        "first_url": f"/desk?{place.first_page()}" if place.cursor else None,
    }


def _row(item: Any, person: Person, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    if item.is_snoozed_for_answer:
        words, state = _("until they write"), ""
    elif item.snoozed_until is not None:
        words, state = _("until %(moment)s", moment=said_at(item.snoozed_until, now, zone)), ""
    elif item.status in FOR_US and item.due_at is not None:
        words, state = due_in_words(item.due_at, now, zone)
    else:
        words, state = said_at(item.last_message_at, now, zone), ""
    return {
        "id": item.id,
        "name": item.asker_name,
        "line": clipped(item.opening),
        "due": words,
        "due_state": state,
        "due_at": item.due_at,
        "program": program_code(item.program) if item.program else "",
        "is_new": item.status == "new",
        "is_never_reached": item.is_never_reached,
        "is_spam": item.status == "spam",
        "has_draft": item.has_draft,
        "back": _back_words(item.back_because),
        "goes_out": said_at(item.goes_out_at, now, zone) if item.goes_out_at else "",
        "assignee": "" if item.assignee_id in (None, person.id) else initials(item.assignee_name or ""),
        "assignee_name": item.assignee_name,
        "is_mine": item.assignee_id == person.id,
        "tags": item.tags,
        "readers": ", ".join(item.readers),
    }


def _back_words(why: str | None) -> str:
    """Why the inquiry is at the top again, in a word or two; that an answer is held says its own view."""
    words = {"time": _("its time came"), "answer": _("they wrote"), "held": _("answer held")}
    return str(words.get(why or "", ""))
