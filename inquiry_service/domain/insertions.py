"""What is put into an answer by one key: saved replies with their fields filled in, and links to register. Their facts stay with the draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import (
    drafts,
    fact_words,
    live_facts,
    merge_fields,
    registration_links,
    survivors,
)
from inquiry_service.domain.live_facts import KeptFact, LiveSection
from shared.people import Person


@dataclass(frozen=True)
class School:
    """What does not depend on the section."""

    enrollment_url: str
    phone: str
    locale: str


@dataclass(frozen=True)
class Insertion:
    """A text to put into the answer, the facts it states, and what somebody should look at before it goes."""

    text: str
    facts: Sequence[KeptFact] = ()
    to_check: Sequence[str] = ()
    saved_reply_id: UUID | None = None


def given_name(name: str) -> str:
    """How a letter greets."""
    return next(iter(name.split()), "")


def chosen(sections: Sequence[LiveSection]) -> LiveSection | None:
    """The next start with a free seat; where every one is full, the next start."""
    return next((section for section in sections if section.seats_left > 0), next(iter(sections), None))


def fill(
    session: Session,
    inquiry: Inquiry,
    author: Person,
    body: str,
    sections: Sequence[LiveSection],
    school: School,
    *,
    program_title: str | None = None,
) -> Insertion:
    """The saved reply's text for this asker. What is not known stays in braces: such an answer is not sent."""
    needed = set(merge_fields.fields_in(body))
    values = {
        "name": given_name(inquiry.asker_name),
        "program": program_title or "",
        "director": author.name,
        "school_phone": school.phone,
    }
    section, facts = chosen(sections), list[KeptFact]()
    if section is not None and needed & merge_fields.OF_A_SECTION:
        said = _words_of(section, sections, school.locale)
        if "registration_link" in needed:
            said["registration_link"] = _link(session, inquiry, author, section, school)
        facts = _facts(needed, said, section, sections, school.locale)
        values |= said
    return Insertion(merge_fields.filled(body, values), facts)


def _words_of(section: LiveSection, sections: Sequence[LiveSection], locale: str) -> dict[str, str]:
    return {
        "next_start": fact_words.day(section.starts_on, locale),
        "next_starts": fact_words.either([fact_words.day(one.starts_on, locale) for one in sections], locale),
        "seats_left": str(section.seats_left),
        "price": fact_words.money(section.price_cents, locale),
    }


def _facts(
    needed: set[str],
    said: Mapping[str, str],
    section: LiveSection,
    sections: Sequence[LiveSection],
    locale: str,
) -> list[KeptFact]:
    found = [
        live_facts.fact_of(name, said[name], section)
        for name in ("next_start", "seats_left", "price", "registration_link")
        if name in needed
    ]
    if "next_starts" in needed:
        found += [
            live_facts.fact_of("next_starts", fact_words.day(one.starts_on, locale), one) for one in sections
        ]
    return found


def example(
    author: Person,
    body: str,
    sections: Sequence[LiveSection],
    school: School,
    *,
    name: str,
    program_title: str | None = None,
) -> str:
    """The saved reply's text as it would be for somebody of that name now; its link leads nowhere."""
    section = chosen(sections)
    values = {
        "name": name,
        "program": program_title or "",
        "director": author.name,
        "school_phone": school.phone,
    }
    if section is not None:
        values |= _words_of(section, sections, school.locale)
        values["registration_link"] = registration_links.address(school.enrollment_url, section.id, "…")
    return merge_fields.filled(body, values)


def link(
    session: Session, inquiry: Inquiry, author: Person, section: LiveSection, school: School
) -> Insertion:
    """An address that opens the register form for this asker and that section."""
    address = _link(session, inquiry, author, section, school)
    return Insertion(address, [live_facts.fact_of("registration_link", address, section)])


def _link(session: Session, inquiry: Inquiry, author: Person, section: LiveSection, school: School) -> str:
    secret = registration_links.make(session, inquiry, UUID(section.id), author)
    return registration_links.address(school.enrollment_url, section.id, secret)


def keep(session: Session, inquiry_id: UUID, author: Person, insertion: Insertion, body: str) -> None:
    """The insertion's facts stay with the author's draft, which may be empty still, and so does where its text came from.

    `body` is what stands in the box.
    """
    inquiry = survivors.lock(session, inquiry_id)
    reply = drafts.own_draft(session, inquiry, author) or drafts.new_draft(session, inquiry, author)
    reply.facts = live_facts.merged(reply.facts, insertion.facts, body)
    reply.saved_reply_id = insertion.saved_reply_id or reply.saved_reply_id
    session.flush()


def joined(body: str, inserted: str) -> str:
    """The box's text with the inserted one below it."""
    return f"{body.rstrip()}\n\n{inserted}" if body.strip() else inserted
