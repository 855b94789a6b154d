"""Earlier answers to questions like this one: learnt from what was sent, found by the question's rarest words."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, Reply
from inquiry_service.db.queries import similar as statements
from inquiry_service.domain import stale_words
from inquiry_service.domain.errors import NoSuchReply
from inquiry_service.domain.insertions import Insertion, given_name
from inquiry_service.domain.published_answers import language_of
from inquiry_service.terms import FROM_ASKER, ReplyStatus
from shared.db import rows

BATCH = 5_000
CANDIDATES = 400
OFFERED = 3
QUESTION_LENGTH = 4_000


def learn(session: Session, *, locale: str) -> int:
    """Sent answers that came since the last time can be found; returns how many, at most BATCH."""
    return len(rows(session, statements.LEARN, language=language_of(locale), limit=BATCH))


def like(session: Session, inquiry: Inquiry, *, locale: str, limit: int = OFFERED) -> Sequence[Any]:
    """The sent answers to the questions that are most like the asker's last one, the nearest first; those of the same program before others."""
    question = session.scalar(
        select(Message.body)
        .where(
            Message.inquiry_id == inquiry.id,
            Message.kind.in_(FROM_ASKER),
            Message.position.is_not(None),
            Message.is_automatic.is_(False),
        )
        .order_by(Message.position.desc())
        .limit(1)
    )
    return rows(
        session,
        statements.SIMILAR,
        language=language_of(locale),
        question=(question or "")[:QUESTION_LENGTH],
        inquiry_id=inquiry.id,
        program=inquiry.program,
        candidates=CANDIDATES,
        limit=limit,
    )


def insertion(session: Session, inquiry: Inquiry, reply_id: UUID) -> Insertion:
    """The sent answer's text for this asker, with what in it may be stale. Raises NoSuchReply."""
    reply = session.get(Reply, reply_id)
    if reply is None or reply.status != ReplyStatus.SENT:
        raise NoSuchReply()
    answer, earlier = session.get_one(Message, reply_id), session.get_one(Inquiry, reply.inquiry_id)
    text = greeting_changed(answer.body, earlier.asker_name, inquiry.asker_name)
    return Insertion(text, (), stale_words.stale_in(text))


def greeting_changed(body: str, earlier_name: str, name: str) -> str:
    """The text with the new asker's given name wherever it had the earlier one's: nobody is greeted by a stranger's."""
    was, is_now = given_name(earlier_name), given_name(name)
    if len(was) < 2 or not is_now:
        return body
    return re.sub(rf"\b{re.escape(was)}\b", lambda _: is_now, body)
