"""The field's words and their legal moves. Standard library only; everything else may import it."""

from enum import StrEnum


class RegistrationStatus(StrEnum):
    """Where a student's claim on a seat stands."""

    HELD = "held"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class OfferStatus(StrEnum):
    """Where an offered seat stands. Only an open offer can be answered."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    FAILED = "failed"


class RuleKind(StrEnum):
    """What a dated rule of a program is about."""

    HOURS = "hours"
    RENEWAL = "renewal"
    CERTIFICATION = "certification"
    WORK = "work"
    CHARGES = "charges"
    PRACTICE = "practice"


class Source(StrEnum):
    """By which road a registration came."""

    WEB = "web"
    API = "api"
    OFFICE = "office"
    SAMPLE = "sample"


SEATED = (RegistrationStatus.HELD, RegistrationStatus.OFFERED, RegistrationStatus.CONFIRMED)
ACTIVE = (*SEATED, RegistrationStatus.WAITLISTED)
BUCKETS = ("theory", "lab", "clinical")

MOVES: dict[RegistrationStatus, tuple[RegistrationStatus, ...]] = {
    RegistrationStatus.HELD: (
        RegistrationStatus.CONFIRMED,
        RegistrationStatus.CANCELLED,
        RegistrationStatus.EXPIRED,
    ),
    RegistrationStatus.WAITLISTED: (RegistrationStatus.OFFERED, RegistrationStatus.CANCELLED),
    RegistrationStatus.OFFERED: (
        RegistrationStatus.CONFIRMED,
        RegistrationStatus.CANCELLED,
        RegistrationStatus.EXPIRED,
    ),
    RegistrationStatus.CONFIRMED: (RegistrationStatus.CANCELLED,),
    RegistrationStatus.CANCELLED: (),
    RegistrationStatus.EXPIRED: (),
}


def values(words: type[StrEnum]) -> tuple[str, ...]:
    """The words of an enum, as the database keeps them."""
    return tuple(word.value for word in words)
