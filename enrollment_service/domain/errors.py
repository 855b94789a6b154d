"""What enrollment refuses, as nouns with a stable code."""

from shared.errors import DomainError, Invalid, NotFound
from shared.phrases import phrase


class ProgramNotFound(NotFound):
    """No program has that slug."""

    code = "program-not-found"
    title = phrase("There is no such program")


class SectionNotFound(NotFound):
    """No section has that id."""

    code = "section-not-found"
    title = phrase("There is no such section")


class RegistrationNotFound(NotFound):
    """No registration has that id, or the link is not alive."""

    code = "registration-not-found"
    title = phrase("There is no such registration")


class RegistrationClosed(DomainError):
    """The section does not take registrations now; the detail says why."""

    code = "registration-closed"
    title = phrase("Registration for this section is not open")


class NoFreeSeat(DomainError):
    """The statement found no seat to take; nothing was locked and nothing written. Callers decide what follows."""

    code = "no-free-seat"
    title = phrase("No seat is free")


class SectionFull(DomainError):
    """All seats are spoken for; the detail says by whom. `waiting` people are in line already."""

    code = "section-full"
    title = phrase("This section is full")


class WaitlistFull(DomainError):
    """Seats and waitlist are full."""

    code = "waitlist-full"
    title = phrase("This section and its waitlist are full")


class AlreadyRegistered(DomainError):
    """The person has an active registration for the section."""

    code = "already-registered"
    title = phrase("This person is already registered for this section")


class RegistrationEnded(DomainError):
    """The registration was cancelled or has expired; nothing more can happen to it."""

    code = "registration-ended"
    title = phrase("This registration has already ended")


class OfferSettled(DomainError):
    """The offer was answered, or its time has run out."""

    code = "offer-settled"
    kind = "gone"
    title = phrase("This offer is no longer open")


class WrongCode(Invalid):
    """The six digits are not the ones we sent, or they are no longer good."""

    code = "wrong-code"
    title = phrase("That code is not right")


class ReasonNeeded(Invalid):
    """The step needs a reason that can be read later."""

    code = "reason-needed"
    title = phrase("Say why")
