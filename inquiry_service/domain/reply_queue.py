"""The reply queue: take next, claim, views and their counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.db.queries import reply_queue as statements
from inquiry_service.domain import inquiries, name_words
from inquiry_service.domain.absences import Around
from inquiry_service.domain.errors import NothingToTake, TakenBySomebodyElse, WrongMove
from inquiry_service.domain.search_terms import SearchTerms, filters_of, search_terms, sender_words
from inquiry_service.terms import InquiryStatus
from shared import alarms, audit
from shared.alarms import Alarms
from shared.cursors import decode, encode, not_ours
from shared.db import first
from shared.errors import Invalid
from shared.people import Person
from shared.phrases import phrase

COUNTED_TO = statements.COUNTED_TO


@dataclass(frozen=True)
class Page:
    """One page of a list; `next` is the cursor of the following one. `instead`: names that were searched in place of a mistyped one."""

    items: Sequence[Any]
    next: str | None
    instead: tuple[str, ...] = ()


def take_next(session: Session, person: Person) -> Inquiry:
    """The longest due inquiry that nobody has is now the person's; those of their own programs come first. Two people never get the same.

    Raises NothingToTake.
    """
    for only_mine in (True, False):
        taken = first(session, statements.TAKE_NEXT, staff_id=person.id, only_mine=only_mine)
        if taken is not None:
            audit.write(session, person.actor, "inquiry_taken", taken.id)
            return inquiries.find(session, taken.id)
    raise NothingToTake()


def claim(session: Session, inquiry_id: UUID, person: Person) -> Inquiry:
    """The inquiry is the person's. Raises TakenBySomebodyElse, WrongMove, NoSuchInquiry."""
    if inquiries.find(session, inquiry_id).status == InquiryStatus.MERGED:
        raise WrongMove(state=InquiryStatus.MERGED)
    if first(session, statements.CLAIM, id=inquiry_id, staff_id=person.id) is None:
        raise TakenBySomebodyElse()
    audit.write(session, person.actor, "inquiry_claimed", inquiry_id)
    return inquiries.find(session, inquiry_id, lock=True)


@dataclass(frozen=True)
class Standing:
    """How many are in each view of a person's queue, how many mails belong nowhere, and what everybody should know."""

    counts: Mapping[str, int]
    unfiled: int
    alarms: Alarms
    absences: Sequence[Around]


def standing(session: Session, person_id: UUID) -> Standing:
    """As things stand for that person, in one statement."""
    row = first(session, statements.COUNTS, staff_id=person_id, **alarms.values())
    assert row is not None
    numbers = {
        name: int(row._mapping[name]) for name in (*statements.VIEWS, "unfiled") if name in row._mapping
    }
    away = [Around.of_json(one) for one in row.absences]
    return Standing(numbers, numbers.pop("unfiled"), alarms.of_row(row), away)


def counts(session: Session, person_id: UUID) -> Mapping[str, int]:
    """How many are in each view of this person's queue."""
    return standing(session, person_id).counts


def page(
    session: Session,
    person_id: UUID,
    view: str,
    *,
    filters: Mapping[str, str | None],
    zone: tzinfo = UTC,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """One page of a view. `filters` may hold `status program assignee` and `q`, as somebody typed it; days in it are of `zone`.

    A name in `q` that nobody has is searched as those written nearly like it. Raises Invalid for an unknown view or cursor, and for
    a `q` that cannot be read.
    """
    if view not in statements.VIEWS:
        raise Invalid(
            phrase("There is no such view"),
            fields={"view": [phrase("One of %(names)s.", names=", ".join(statements.VIEWS))]},
        )
    typed = filters.get("q") or ""
    terms = search_terms(typed)
    chosen: dict[str, object] = {name: value for name, value in filters.items() if value and name != "q"}
    place = _Place(view, person_id, zone, _checked(decode(f"inquiries/{view}", cursor, 2)), limit)
    found = _found(session, place, filters_of(terms, person_id) | chosen)
    instead: tuple[str, ...] = ()
    if not found and cursor is None and (nearly := _nearly(session, terms)):
        instead, other = nearly
        found = _found(session, place, filters_of(search_terms(other), person_id) | chosen)
    items = found[:limit]
    more = (
        encode(f"inquiries/{view}", items[-1].sort_key.isoformat(), items[-1].id)
        if len(found) > limit
        else None
    )
    return Page(items, more, instead if items else ())


@dataclass(frozen=True)
class _Place:
    view: str
    person_id: UUID
    zone: tzinfo
    after: tuple[str | None, str | None]
    limit: int


def _found(session: Session, place: _Place, chosen: Mapping[str, object]) -> Sequence[Any]:
    values = {
        **chosen,
        "staff_id": place.person_id,
        "zone": str(place.zone),
        "sender_words": sender_words(cast("list[str]", chosen.get("senders", []))),
        "after_at": place.after[0],
        "after_id": place.after[1],
        "limit": place.limit + 1,
    }
    statement = text(statements.page_statement(place.view, tuple(sorted(chosen))))
    used = {name: value for name, value in values.items() if name in statement.compile().params}
    return session.execute(statement, used).all()


def _nearly(session: Session, terms: SearchTerms) -> tuple[tuple[str, ...], str] | None:
    """The names to search instead, and the search with them; none when no word of it is nearly a name."""
    for word in terms.name_words:
        names = name_words.alike(session, word)
        if names:
            return tuple(names), " or ".join(names)
    return None


def _checked(after: tuple[Any, ...] | None) -> tuple[str | None, str | None]:
    """The moment and the id in a cursor, in the one form that the database reads. Raises Invalid."""
    if after is None:
        return None, None
    try:
        return datetime.fromisoformat(after[0]).isoformat(), str(UUID(after[1]))
    except (ValueError, TypeError):
        raise not_ours() from None
