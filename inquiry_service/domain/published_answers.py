"""Answers that the school publishes: written once by staff, suggested while somebody types a question like it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from inquiry_service.db.models import Message, PublishedAnswer, Reply
from inquiry_service.db.queries import published_answers as statements
from inquiry_service.domain.errors import NoSuchPublishedAnswer
from inquiry_service.terms import MessageKind, ReplyStatus
from shared import audit
from shared.db import first, rows
from shared.people import Person
from shared.tokens import new_id

SUGGESTED = 3
SHORTEST_TYPED = 12
_STEMMED = {
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "de": "german",
    "pt": "portuguese",
    "it": "italian",
}


def language_of(locale: str) -> str:
    """How words of the school's language are stemmed; word for word where PostgreSQL has no rules for it."""
    return _STEMMED.get(locale[:2], "simple")


def publish(
    session: Session, author: Person, *, question: str, answer: str, program: str | None, locale: str
) -> UUID:
    """Anybody may read it from now on. Both texts are the author's: nothing of an inquiry is taken over unread."""
    published = PublishedAnswer(
        id=new_id(),
        question=question,
        answer=answer,
        program=program,
        language=language_of(locale),
        published_by=author.id,
    )
    session.add(published)
    session.flush()
    audit.write(session, author.actor, "answer_published", published.id)
    return published.id


def withdraw(session: Session, answer_id: UUID, person: Person) -> None:
    """Nobody is shown it any more; it can come back. Raises NoSuchPublishedAnswer."""
    _change(session, answer_id, person, is_withdrawn=True)


def publish_again(session: Session, answer_id: UUID, person: Person) -> None:
    """A withdrawn one is back. Raises NoSuchPublishedAnswer."""
    _change(session, answer_id, person, is_withdrawn=False)


def _change(session: Session, answer_id: UUID, person: Person, *, is_withdrawn: bool) -> None:
    if first(session, statements.CHANGE, id=answer_id, is_withdrawn=is_withdrawn) is None:
        if session.get(PublishedAnswer, answer_id) is None:
            raise NoSuchPublishedAnswer()
        return  # a second click
    action = "answer_withdrawn" if is_withdrawn else "answer_published_again"
    audit.write(session, person.actor, action, answer_id)


def listed(session: Session) -> Sequence[PublishedAnswer]:
    """All of them, newest first; withdrawn ones too."""
    newest = select(PublishedAnswer).order_by(PublishedAnswer.published_at.desc(), PublishedAnswer.id.desc())
    return session.scalars(newest.limit(500)).all()


def suggest(session: Session, typed: str, *, program: str | None, locale: str) -> Sequence[Any]:
    """At most three published answers to a question like the typed one, the nearest first; none for a few letters."""
    if len(typed.strip()) < SHORTEST_TYPED:
        return []
    return rows(
        session,
        statements.SUGGEST,
        typed=typed,
        program=program or None,
        language=language_of(locale),
        limit=SUGGESTED,
    )


def draft_from(session: Session, reply_id: UUID) -> tuple[str, str] | None:
    """The question and the answer of a sent reply, for somebody to make public words of; None when there is no such reply."""
    reply = session.get(Reply, reply_id)
    if reply is None or reply.status != ReplyStatus.SENT:
        return None
    answer = session.get_one(Message, reply_id)
    asked = select(Message.body).where(
        Message.inquiry_id == reply.inquiry_id,
        Message.kind.in_((MessageKind.QUESTION, MessageKind.FOLLOW_UP)),
        Message.position < answer.position,
    )
    question = session.scalars(asked.order_by(Message.position.desc()).limit(1)).first()
    return question or "", answer.body
