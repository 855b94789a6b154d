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

    def in_words(self) -> str:
        """One line: `full: 20 seats, 17 enrolled, 2 held until 14:32, 1 offered`."""
        parts = [f"{self.capacity} seat{'' if self.capacity == 1 else 's'}", f"{self.confirmed} enrolled"]
        if self.held:
            until = f" until {self._clock(self.held_until)}" if self.held_until else ""
            parts.append(f"{self.held} held{until}")
        if self.offered:
            parts.append(f"{self.offered} offered")
        if self.overbooked:
            parts.append(f"{self.overbooked} overbooked")
        if self.waiting:
            parts.append(f"{self.waiting} waiting")
        return f"{'full' if self.free == 0 else f'{self.free} free'}: {', '.join(parts)}"

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
        return RegistrationClosed("This section will not take place.")
    zone = ZoneInfo(truth.time_zone)
    if truth.now < truth.opens_at:
        return RegistrationClosed(f"Registration opens on {_day(truth.opens_at.astimezone(zone))}.")
    if truth.now >= truth.closes_at:
        return RegistrationClosed(f"Registration closed on {_day(truth.closes_at.astimezone(zone))}.")
    return SectionFull(truth.in_words(), waiting=truth.waiting, waitlist_limit=truth.waitlist_limit)


def _day(moment: datetime) -> str:
    return f"{moment:%A, %B} {moment.day} at {moment:%H:%M} {moment:%Z}"
