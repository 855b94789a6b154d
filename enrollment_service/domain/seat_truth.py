"""What every seat of a section is doing, and why somebody was refused, in words. Pure but for the one read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from enrollment_service.db.queries import seating as statements
from enrollment_service.domain.errors import RegistrationClosed, SectionFull, SectionNotFound
from shared.db import first
from shared.errors import DomainError
from shared.phrases import Phrase, counted, listed, phrase


@dataclass(frozen=True)
class SeatTruth:
    """The counter and the claims behind it, read together. `now` is the database's."""

    section_id: UUID
    time_zone: str
    opens_at: datetime
    closes_at: datetime
    is_cancelled: bool
    waitlist_limit: int
    capacity: int
    overbooked: int
    taken: int
    confirmed: int
    held: int
    offered: int
    waiting: int
    held_until: datetime | None
    now: datetime

    @property
    def free(self) -> int:
        """Seats that a newcomer can take."""
        return max(self.capacity - self.taken, 0)

    @property
    def is_in_window(self) -> bool:
        """Whether the public may register now, seats apart."""
        return not self.is_cancelled and self.opens_at <= self.now < self.closes_at

    @property
    def is_whole(self) -> bool:
        """Whether the counter and the claims agree. A page says so when they do not."""
        return self.taken == self.confirmed + self.held + self.offered

    def in_words(self) -> Phrase:
        """One line: `full: 20 seats, 17 enrolled, 2 held until 14:32, 1 offered`."""
        parts = [
            counted("%(num)s seat", "%(num)s seats", self.capacity),
            phrase("%(n)s enrolled", n=self.confirmed),
        ]
        if self.held and self.held_until:
            parts.append(phrase("%(n)s held until %(time)s", n=self.held, time=self._clock(self.held_until)))
        elif self.held:
            parts.append(phrase("%(n)s held", n=self.held))
        if self.offered:
            parts.append(phrase("%(n)s offered", n=self.offered))
        if self.overbooked:
            parts.append(phrase("%(n)s overbooked", n=self.overbooked))
        if self.waiting:
            parts.append(phrase("%(n)s waiting", n=self.waiting))
        seats = listed(parts)
        return (
            phrase("full: %(seats)s", seats=seats)
            if self.free == 0
            else phrase("%(n)s free: %(seats)s", n=self.free, seats=seats)
        )

    def _clock(self, moment: datetime) -> str:
        return moment.astimezone(ZoneInfo(self.time_zone)).strftime("%H:%M")


def read_truth(session: Session, section_id: UUID) -> SeatTruth:
    """The truth of one section now. Raises SectionNotFound."""
    row = first(session, statements.SEAT_TRUTH, section_id=section_id)
    if row is None:
        raise SectionNotFound()
    names = SeatTruth.__dataclass_fields__
    return SeatTruth(
        section_id=row.id, **{name: getattr(row, name) for name in names if name != "section_id"}
    )


def why_not(truth: SeatTruth) -> DomainError:
    """Why a request for a seat was refused."""
    if truth.is_cancelled:
        return RegistrationClosed(phrase("This section will not take place."))
    zone = ZoneInfo(truth.time_zone)
    if truth.now < truth.opens_at:
        return RegistrationClosed(
            phrase("Registration opens on %(day)s.", day=truth.opens_at.astimezone(zone))
        )
    if truth.now >= truth.closes_at:
        return RegistrationClosed(
            phrase("Registration closed on %(day)s.", day=truth.closes_at.astimezone(zone))
        )
    return SectionFull(truth.in_words(), waiting=truth.waiting, waitlist_limit=truth.waitlist_limit)
