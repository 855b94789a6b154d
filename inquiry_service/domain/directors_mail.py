"""A director's mail to a notice: what it asks for is done, or held with the reason, and the director is told by letter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from inquiry_service.db.models import Message, RawMail, Staff
from inquiry_service.domain import inquiries, mail_commands, notes, replies, reply_queue, snoozes, survivors
from inquiry_service.domain.errors import NoAddress, ThreadChanged, WrongMove
from inquiry_service.domain.mail_commands import Command, Wish
from inquiry_service.domain.matching import (
    DirectorSide,
    KnownAddress,
    director_verdict,
    without_reply_secrets,
)
from inquiry_service.domain.parsed_email import ParsedEmail
from inquiry_service.terms import DESK_ROLES, Via
from shared import letters
from shared.clock import utc_now
from shared.errors import DomainError
from shared.people import Person
from shared.phrases import phrase

# A new message would be out of sight, unseen, when these are done.
_OUT_OF_SIGHT = frozenset({"close", "spam", "snooze"})


class CannotDo(DomainError):
    """A command line that cannot be carried out; nothing of the mail is."""

    code = "cannot-do"


@dataclass(frozen=True)
class Circumstances:
    """What is known around the mail. `trusts_road`: the road, or our own mail server, vouches for the sender."""

    trusts_road: bool
    due_at: datetime
    zone: ZoneInfo


def take_in(
    session: Session, raw: RawMail, mail: ParsedEmail, address: KnownAddress, around: Circumstances
) -> UUID | None:
    """Returns the inquiry that the mail is filed with; none when it belongs nowhere."""
    based_on = session.get(Message, address.subject_id)
    staff = session.get(Staff, address.person_id) if address.person_id else None
    if based_on is None or staff is None:
        return None
    inquiry_id = survivors.lock_thread_of(session, based_on.id).id
    is_enabled = staff.disabled_at is None and not set(DESK_ROLES).isdisjoint(staff.roles)
    side = DirectorSide(frozenset({staff.email_normal}), is_enabled, around.trusts_road)
    verdict, why = director_verdict(mail, address, side)
    if verdict == "file":
        return inquiry_id if mail.is_automatic else None
    author = Person(staff.id, staff.name, staff.email, frozenset(staff.roles))
    wish = mail_commands.read(without_reply_secrets(mail.written or mail.text))
    if verdict == "send":
        try:
            with session.begin_nested():  # all that the mail asks for, or nothing
                _Doing(session, author, based_on, around).do(wish)
            return inquiry_id
        except ThreadChanged:
            why = phrase("something new came into the thread after the notice you answered")
        except WrongMove:
            why = phrase("the state of the inquiry does not allow it")
        except NoAddress:
            why = phrase("there is no email address to answer to")
        except DomainError as refusal:
            why = refusal.detail
    _hold(session, raw, inquiry_id, based_on.position or 1, author, wish, why)
    return inquiry_id


def _hold(
    session: Session, raw: RawMail, inquiry_id: UUID, seen: int, author: Person, wish: Wish, why: str
) -> None:
    """The answer waits for one click after sign-in; a letter to the person's own address says why. Commands are not carried out."""
    raw.held_because = why
    if wish.answer.strip():
        reply = replies.hold(session, inquiry_id, author, wish.answer, why, based_on=seen, via=Via.MAIL)
        reply.is_closing = "close" in wish.names
    letters.write(
        session,
        "held_mail",
        subject_id=raw.id,
        recipient=author.email,
        person_id=author.id,
        dedupe_key=f"held:{raw.id}",
    )


class _Doing:
    """One mail's wishes, in the order that makes sense: the answer first, then what becomes of the inquiry."""

    def __init__(self, session: Session, author: Person, based_on: Message, around: Circumstances) -> None:
        self._session = session
        self._author = author
        self._based_on = based_on
        self._inquiry_id = based_on.inquiry_id
        self._around = around

    def do(self, wish: Wish) -> None:
        """All of it. Raises DomainError for what cannot be done."""
        if wish.unknown:
            raise CannotDo(phrase("there is no command #%(name)s", name=wish.unknown[0]))
        if wish.answer.strip():
            self._answer(wish)
        elif not _OUT_OF_SIGHT.isdisjoint(wish.names):
            self._see_that_nothing_is_new()
        for command in wish.commands:
            if command.name != "close" or not wish.answer.strip():
                self._doer(command.name)(command)

    def _answer(self, wish: Wish) -> None:
        if not wish.names.isdisjoint({"spam", "not-spam"}):
            raise CannotDo(phrase("it has an answer, and says that the inquiry is spam"))
        replies.answer(
            self._session,
            self._inquiry_id,
            self._author,
            wish.answer,
            is_closing="close" in wish.names,
            based_on=self._based_on.id,
            via=Via.MAIL,
            undo_s=0,
        )

    def _see_that_nothing_is_new(self) -> None:
        seen = self._based_on.position or 1
        if newer := inquiries.newer_than(self._session, self._inquiry_id, seen, self._author.id):
            raise ThreadChanged(newer=newer)

    def _doer(self, name: str) -> Callable[[Command], object]:
        return {
            "close": self._move,
            "reopen": self._move,
            "spam": self._move,
            "not-spam": self._move,
            "note": self._note,
            "call": self._call,
            "assign": self._assign,
            "take": self._take,
            "release": self._release,
            "snooze": self._snooze,
            "wake": self._wake,
            "next": self._next,
        }[name]

    def _move(self, command: Command) -> object:
        name = command.name.replace("-", "_")
        return inquiries.move(
            self._session, self._inquiry_id, self._author.actor, name, due_at=self._around.due_at
        )

    def _note(self, command: Command) -> object:
        return notes.write(self._session, self._inquiry_id, self._author, _words(command), via=Via.MAIL)

    def _call(self, command: Command) -> object:
        return inquiries.log_call(
            self._session, self._inquiry_id, self._author, _words(command), is_answered=False, via=Via.MAIL
        )

    def _assign(self, command: Command) -> object:
        staff_id = self._author.id if command.argument.casefold() == "me" else self._colleague(command)
        return inquiries.assign(self._session, self._inquiry_id, self._author.actor, staff_id)

    def _colleague(self, command: Command) -> UUID:
        """By address, by what stands before its @, by name or by a part of it: exactly one must be meant."""
        wanted = command.argument.casefold()
        enabled = self._session.scalars(select(Staff).where(Staff.disabled_at.is_(None)))
        everybody = [staff for staff in enabled if not set(DESK_ROLES).isdisjoint(staff.roles)]
        whole = [staff.id for staff in everybody if wanted in _whole_names(staff)]
        part = [staff.id for staff in everybody if wanted in staff.name.casefold().split()]
        for found in (whole, part):
            if len(found) == 1:
                return found[0]
        raise CannotDo(phrase("no one colleague is called “%(name)s”", name=command.argument[:60]))

    def _take(self, command: Command) -> object:
        return reply_queue.claim(self._session, self._inquiry_id, self._author)

    def _release(self, command: Command) -> object:
        return inquiries.release(self._session, self._inquiry_id, self._author.actor)

    def _snooze(self, command: Command) -> object:
        until = mail_commands.until(command.argument, utc_now(), self._around.zone)
        if until is None:
            raise CannotDo(
                phrase(
                    "“%(words)s” is no time to snooze, as “3d” or “tomorrow” is", words=command.argument[:60]
                )
            )
        return snoozes.snooze(self._session, self._inquiry_id, self._author.actor, until)

    def _wake(self, command: Command) -> object:
        return snoozes.wake(self._session, self._inquiry_id, self._author.actor)

    def _next(self, command: Command) -> object:
        """The next inquiry is theirs, and its notice comes by mail."""
        taken = reply_queue.take_next(self._session, self._author)
        last = inquiries.last_of_asker(self._session, taken.id)
        return letters.write(
            self._session,
            "notice",
            subject_id=last.id,
            recipient=self._author.email,
            person_id=self._author.id,
            dedupe_key=f"notice:{last.id}:{self._author.id}:taken:{self._based_on.id}",
        )


def _whole_names(staff: Staff) -> set[str]:
    return {staff.email_normal, staff.email_normal.partition("@")[0], staff.name.casefold()}


def _words(command: Command) -> str:
    if not command.argument:
        raise CannotDo(phrase("#%(name)s has no words", name=command.name))
    return command.argument
