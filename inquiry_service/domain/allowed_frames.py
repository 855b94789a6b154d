"""Which sites may show the form in a frame: the school's own, named by a director."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inquiry_service.db.models import AllowedFrame
from shared import audit
from shared.errors import Invalid
from shared.people import Person
from shared.phrases import phrase

_HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
_THIS_MACHINE = ("localhost", "127.0.0.1")
DEFAULT_PORTS = {"https": 443, "http": 80}
MOST = 50


def origin_of(address: str) -> str:
    """`https://www.school.example` from an address of one of its pages. Raises Invalid; clear text is for this machine alone."""
    try:
        parts = urlsplit(address.strip() if "://" in address else f"https://{address.strip()}")
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError:  # a strange port, or a host that no name can be made of
        host, port, parts = "", None, urlsplit("")
    is_open = parts.scheme == "http" and host in _THIS_MACHINE
    if not _HOST.fullmatch(host) or len(host) > 253 or not (parts.scheme == "https" or is_open):
        raise Invalid(
            phrase("That is no address of a site"),
            fields={"origin": [phrase("Enter an address such as https://www.school.example.")]},
        )
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != DEFAULT_PORTS[parts.scheme] else "")


def listed(session: Session) -> Sequence[str]:
    """The origins, by name."""
    return session.scalars(select(AllowedFrame.origin).order_by(AllowedFrame.origin).limit(MOST)).all()


def allow(session: Session, person: Person, address: str) -> str:
    """Pages of that site may show the form; returns its origin. Raises Invalid."""
    origin = origin_of(address)
    if len(listed(session)) >= MOST:
        raise Invalid(fields={"origin": [phrase("There are too many sites already; remove one first.")]})
    added = insert(AllowedFrame).values(origin=origin, added_by=person.id).on_conflict_do_nothing()
    session.execute(added)
    audit.write(session, person.actor, "frame_allowed", person.id, origin=origin)
    return origin


def remove(session: Session, person: Person, origin: str) -> None:
    """They may no longer; does nothing the second time."""
    gone = session.execute(
        delete(AllowedFrame).where(AllowedFrame.origin == origin).returning(AllowedFrame.origin)
    )
    if gone.first() is not None:
        audit.write(session, person.actor, "frame_removed", person.id, origin=origin)
