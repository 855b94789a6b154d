"""The texts that are offered beside an answer: three by the keys 1 to 3, saved replies of the program before earlier answers."""

from typing import Any

from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import saved_replies, similar, stale_words
from inquiry_service.web.parts import settings
from inquiry_service.web.words import clipped, program_code, said_at
from shared.clock import utc_now
from shared.people import Person

BY_KEY = 3
SAVED_BY_KEY = 2  # the third is an earlier answer, where there is one
SHOWN_LENGTH = 160


def offers_of(session: Session, inquiry: Inquiry, person: Person, *, is_all: bool = False) -> dict[str, Any]:
    """Those that a key inserts, then the other similar answers; all saved replies where they were asked for."""
    saved = [_saved(one) for one in saved_replies.offered(session, person, inquiry.program, limit=BY_KEY)]
    alike = [_similar(one) for one in similar.like(session, inquiry, locale=settings().school_locale)]
    first = saved[: BY_KEY if not alike else SAVED_BY_KEY]
    first += alike[: BY_KEY - len(first)]
    more = [one for one in [*saved, *alike] if one not in first]
    return {
        "offers": [one | {"key": str(number)} for number, one in enumerate(first, start=1)],
        "more_offers": more,
        "all_saved": [_saved(one) for one in saved_replies.listed(session, person)] if is_all else None,
    }


def _saved(saved: Any) -> dict[str, Any]:
    return {
        "value": f"saved:{saved.id}",
        "title": saved.title,
        "pieces": [(clipped(saved.body, SHOWN_LENGTH), False)],
        "program": program_code(saved.program) if saved.program else "",
        "is_own": saved.owner_id is not None,
    }


def _similar(found: Any) -> dict[str, Any]:
    """An earlier answer, with what may be stale in it marked."""
    return {
        "value": f"similar:{found.reply_id}",
        "title": clipped(found.opening, 90),
        "pieces": list(stale_words.pieces(clipped(found.body, SHOWN_LENGTH))),
        "is_stale": bool(stale_words.stale_in(found.body)),
        "reference": found.reference,
        "words": said_at(found.sent_at, utc_now(), settings().zone),
    }
