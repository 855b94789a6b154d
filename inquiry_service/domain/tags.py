"""The school's own short words on inquiries: put there, taken away, suggested."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from inquiry_service.domain import survivors
from inquiry_service.domain.tag_words import LONGEST, tag_word
from shared import audit
from shared.audit import Actor
from shared.errors import Invalid
from shared.phrases import phrase

MOST = 20
SUGGESTED = 200
_KNOW = text("INSERT INTO tag (word) VALUES (:word) ON CONFLICT DO NOTHING")
_ADD = text(
    "INSERT INTO inquiry_tag (inquiry_id, word) VALUES (:id, :word) ON CONFLICT DO NOTHING RETURNING word"
)
_REMOVE = text("DELETE FROM inquiry_tag WHERE inquiry_id = :id AND word = :word RETURNING word")
_OF = text("SELECT word FROM inquiry_tag WHERE inquiry_id = :id ORDER BY word")
_BOTH = text("""
    SELECT word, EXISTS (SELECT 1 FROM inquiry_tag AS here WHERE here.inquiry_id = :id AND here.word = tag.word) AS is_here
    FROM tag WHERE EXISTS (SELECT 1 FROM inquiry_tag WHERE inquiry_tag.word = tag.word) ORDER BY 2 DESC, word LIMIT :limit
""")
_IN_USE = text("""
    SELECT word FROM tag WHERE EXISTS (SELECT 1 FROM inquiry_tag WHERE inquiry_tag.word = tag.word) ORDER BY word LIMIT :limit
""")


def add(session: Session, inquiry_id: UUID, actor: Actor, typed: str) -> Sequence[str]:
    """The inquiry has the tag. Returns all of its tags. Raises Invalid, NoSuchInquiry."""
    word = tag_word(typed)
    if not word or len(word) > LONGEST:
        raise _no(phrase("A tag is a short word of letters and digits, of at most %(most)s.", most=LONGEST))
    inquiry = survivors.lock(session, inquiry_id)
    has = of(session, inquiry.id)
    if word in has:
        return has
    if len(has) >= MOST:
        raise _no(phrase("An inquiry can have at most %(most)s tags.", most=MOST))
    session.execute(_KNOW, {"word": word})
    session.execute(_ADD, {"id": inquiry.id, "word": word})
    audit.write(session, actor, "tag_added", inquiry.id, tag=word)
    return sorted([*has, word])


def remove(session: Session, inquiry_id: UUID, actor: Actor, typed: str) -> Sequence[str]:
    """The inquiry has the tag no longer. Returns those that are left. Raises NoSuchInquiry."""
    word = tag_word(typed)
    inquiry = survivors.lock(session, inquiry_id)
    if session.execute(_REMOVE, {"id": inquiry.id, "word": word}).first() is not None:
        audit.write(session, actor, "tag_removed", inquiry.id, tag=word)
    return of(session, inquiry.id)


def of(session: Session, inquiry_id: UUID) -> list[str]:
    """The inquiry's tags, by the alphabet."""
    return list(session.execute(_OF, {"id": inquiry_id}).scalars())


def here_and_elsewhere(session: Session, inquiry_id: UUID) -> tuple[list[str], list[str]]:
    """The inquiry's tags, and those that some inquiry has, in one statement."""
    found = session.execute(_BOTH, {"id": inquiry_id, "limit": SUGGESTED}).all()
    words = sorted(row.word for row in found)
    return sorted(row.word for row in found if row.is_here), words


def in_use(session: Session) -> list[str]:
    """The tags that some inquiry has, by the alphabet, as far as a list can be read."""
    return list(session.execute(_IN_USE, {"limit": SUGGESTED}).scalars())


def _no(sentence: str) -> Invalid:
    return Invalid(fields={"tag": [sentence]})
