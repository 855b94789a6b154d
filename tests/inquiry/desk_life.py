"""Everything that can happen in a thread, by names that a random sequence is made of; what only staff may read carries MARKER.

It acts through the domain, as pages, programs and mails do, and a move that is refused with words a person can read is one of the
right outcomes. Who reads every letter afterwards is `letters_of`.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

from sqlalchemy import text

from inquiry_service.domain import (
    bulk_moves,
    doubts,
    drafts,
    inquiries,
    insertions,
    links,
    merges,
    notes,
    reminders,
    replies,
    reply_files,
    reply_queue,
    saved_replies,
    snoozes,
    splits,
    survivors,
    tags,
)
from inquiry_service.domain.bulk_moves import Asked
from inquiry_service.domain.insertions import School
from inquiry_service.domain.reply_files import GivenFile
from inquiry_service.mail.parse import MARKER as REPLY_ABOVE
from inquiry_service.terms import Via
from shared import letters
from shared.clock import utc_now
from shared.db import Database
from shared.errors import DomainError
from shared.people import Person
from shared.references import References
from shared.tokens import new_id
from tests.builders import an_inquiry
from tests.inquiry.test_inbound import a_mail, arrives
from tests.working import Working

MARKER = "zqinsidezq"
ASKED_BY = ("one", "two")
_ALL_LETTERS = text("""
    SELECT letter.kind, letter.recipient, blob.bytes FROM letter JOIN blob ON blob.sha256 = letter.blob_sha256
    WHERE letter.created_at >= :since ORDER BY letter.created_at
""")
_REPLIES = text("""
    SELECT reply.id, reply.inquiry_id, reply.status, letter_id, body FROM reply JOIN message ON message.id = reply.id
    WHERE reply.inquiry_id = ANY(:ids) ORDER BY changed_at, reply.id
""")
_ADDRESS_OF_A_LETTER = text("""
    SELECT blob.bytes FROM letter JOIN blob ON blob.sha256 = letter.blob_sha256
    WHERE letter.recipient = :recipient AND letter.kind = ANY(:kinds) AND letter.created_at >= :since ORDER BY letter.frozen_at DESC LIMIT 1
""")
_WROTE_AGAIN = text("""
    SELECT id, inquiry_id FROM message
    WHERE inquiry_id = ANY(:ids) AND kind = 'follow_up' AND is_verified AND origin_id IS NULL ORDER BY created_at, id
""")
_SET_ASIDE = text("SELECT id FROM inquiry WHERE id = ANY(:ids) AND status = 'spam' ORDER BY id")
_LETTER_TO = text(
    "SELECT id FROM letter WHERE recipient = :recipient AND status IN ('sent', 'unknown', 'failed') ORDER BY created_at DESC"
)
_IN_DOUBT = text(
    "UPDATE letter SET status = 'unknown', settled_at = now() WHERE id = :id AND status IN ('queued', 'ready') RETURNING id"
)
_MERGED = text("SELECT id FROM inquiry WHERE id = ANY(:ids) AND merged_into_id IS NOT NULL ORDER BY id")
_YESTERDAY = text("""
    INSERT INTO service_level (id, digested_on) VALUES (1, current_date - 7) ON CONFLICT (id) DO UPDATE SET digested_on = current_date - 7
""")
_ANOTHER_DAYS = text("UPDATE letter SET dedupe_key = dedupe_key || id WHERE kind = 'digest'")
_DUE_SOON = text(
    "UPDATE inquiry SET due_at = now() + interval '10 minutes' WHERE id = ANY(:ids) AND status IN ('new', 'open')"
)
_EARLIER_LETTERS = text(
    "UPDATE letter SET created_at = created_at - interval '2 hours' WHERE kind IN ('in_doubt', 'reminder')"
)


@dataclass(frozen=True)
class Sent:
    """A letter as it was frozen: its kind, who gets it, and all that can be read in it, headers and HTML too."""

    kind: str
    recipient: str
    words: str


def read_through(data: bytes) -> str:
    """The headers as people see them, and every part decoded; the raw bytes stand below."""
    mail = message_from_bytes(data, policy=policy.default)
    said = [f"{name}: {value}" for name, value in mail.items()]
    for part in mail.walk():
        said += [f"{name}: {value}" for name, value in part.items()]
        if not part.is_multipart():
            said.append((part.get_payload(decode=True) or b"").decode("utf-8", "replace"))
    return "\n".join([*said, data.decode("utf-8", "replace")])


@dataclass
class DeskLife:
    """A director, a colleague, and the threads of an address or two."""

    database: Database
    work: Working
    director: Person
    colleague: Person
    since: Any
    chance: random.Random
    round: UUID = field(default_factory=new_id)
    ids: list[UUID] = field(default_factory=list)
    number: int = 0

    def address(self, which: str) -> str:
        """Whoever asks; another one in each life."""
        return f"{which}-{self.round}@example.com"

    def secret(self) -> str:
        """Words that only staff may read."""
        self.number += 1
        return f"{MARKER} {self.number}"

    def do(self, name: str) -> bool:
        """The move was made; or refused."""
        try:
            MOVES[name](self)
        except DomainError:
            return False
        return True

    def thread(self) -> UUID:
        """One of the threads, also one that was merged."""
        return self.chance.choice(self.ids)

    def person(self) -> Person:
        """Either of the two."""
        return self.chance.choice([self.director, self.colleague])

    def replies(self, *statuses: str) -> list[Any]:
        """Ours that stand so."""
        return [row for row in self.database.run(_REPLIES, {"ids": self.ids}) if row.status in statuses]

    def letters(self) -> Sequence[Sent]:
        """Every one whose bytes exist, sent or not."""
        return [
            Sent(row.kind, row.recipient, read_through(bytes(row.bytes)))
            for row in self.database.run(_ALL_LETTERS, {"since": self.since})
        ]


def _asks(life: DeskLife) -> None:
    which = life.chance.choice(ASKED_BY)
    life.ids.append(
        an_inquiry(
            life.database,
            email=life.address(which),
            program="mat",
            key=str(new_id()),
            question="Is there a next start?",
        )
    )


def _notes(life: DeskLife) -> None:
    with life.database.transaction() as session:
        notes.write(session, life.thread(), life.director, f"{life.secret()} <b>{MARKER}</b>")


def _mentions(life: DeskLife) -> None:
    with life.database.transaction() as session:
        notes.write(session, life.thread(), life.director, f"@ben please call: {life.secret()}")


def _calls(life: DeskLife) -> None:
    with life.database.transaction() as session:
        inquiries.log_call(
            session, life.thread(), life.person(), life.secret(), is_answered=life.chance.random() < 0.5
        )


def _tags(life: DeskLife) -> None:
    with life.database.transaction() as session:
        tags.add(session, life.thread(), life.director.actor, f"{MARKER}-{life.chance.randrange(9)}")


def _answers(life: DeskLife) -> None:
    with life.database.transaction() as session:
        life.number += 1
        replies.answer(
            session,
            life.thread(),
            life.person(),
            f"Good morning, {life.number}.",
            is_closing=life.chance.random() < 0.3,
            undo_s=0,
        )


def _schedules(life: DeskLife) -> None:
    with life.database.transaction() as session:
        life.number += 1
        at = utc_now() + timedelta(hours=1)
        replies.answer(session, life.thread(), life.person(), f"Later, {life.number}.", scheduled_at=at)


def _takes_back(life: DeskLife) -> None:
    """An answer is undone; what its author then leaves in the box is for nobody else."""
    for row in life.replies("queued")[-1:]:
        with life.database.transaction() as session:
            reply = replies.undo(session, row.inquiry_id, row.id, life.director)
            author = life.director if reply.author_id == life.director.id else life.colleague
            drafts.save_draft(session, row.inquiry_id, author, life.secret())


def _drafts(life: DeskLife) -> None:
    with life.database.transaction() as session:
        thread, person = life.thread(), life.person()
        drafts.save_draft(session, thread, person, f"{life.secret()} and a good many other words")
        drafts.save_draft(session, thread, person, life.secret())


def _attaches(life: DeskLife) -> None:
    """A file is put to a draft and taken off again."""
    with life.database.transaction() as session:
        reply = drafts.save_draft(session, life.thread(), life.director, life.secret())
        reply_files.attach(session, reply.id, [GivenFile(f"{MARKER}.txt", life.secret().encode())])
        reply_files.detach(
            session, reply.id, max(one.number for one in reply_files.of_reply(session, reply.id))
        )


def _writes_by_link(life: DeskLife) -> None:
    with life.database.transaction() as session:
        inquiries.follow_up(session, life.thread(), "One more thing.", via=Via.LINK, due_at=utc_now())


def _reply_to(life: DeskLife, recipient: str, *kinds: str) -> str | None:
    values = {"recipient": recipient, "kinds": list(kinds), "since": life.since}
    for row in life.database.run(_ADDRESS_OF_A_LETTER, values):
        return str(message_from_bytes(bytes(row.bytes), policy=policy.default)["Reply-To"])
    return None


def _writes_by_mail(life: DeskLife) -> None:
    asker = life.address(life.chance.choice(ASKED_BY))
    if to := _reply_to(life, asker, "acknowledgement", "answer"):
        mail = a_mail(to, "And by mail.", sender=asker, message_id=f"<{new_id()}@mail>")
        arrives(life.database, life.work, mail)


def _notes_by_mail(life: DeskLife) -> None:
    """A director's mail begins with a command; its words are a note."""
    if to := _reply_to(life, life.director.email, "notice"):
        mail = a_mail(
            to, f"#note {life.secret()}\n", sender=life.director.email, message_id=f"<{new_id()}@mail>"
        )
        arrives(life.database, life.work, mail)


def _answers_by_mail(life: DeskLife) -> None:
    if to := _reply_to(life, life.director.email, "notice"):
        written, quoted = f"#note {life.secret()}\n\nBy mail: yes.", f"-- {REPLY_ABOVE} --"
        mail = a_mail(to, written, sender=life.director.email, quoted=quoted, message_id=f"<{new_id()}@mail>")
        arrives(life.database, life.work, mail)


def _merges(life: DeskLife) -> None:
    with life.database.transaction() as session:
        merges.merge(session, life.director, *life.chance.sample(life.ids, 2), is_one_person=True)


def _unmerges(life: DeskLife) -> None:
    merged = [row.id for row in life.database.run(_MERGED, {"ids": life.ids})]
    with life.database.transaction() as session:
        merges.unmerge(session, life.director, life.chance.choice(merged or life.ids), due_at=utc_now())


def _splits(life: DeskLife) -> None:
    found = life.database.run(_WROTE_AGAIN, {"ids": life.ids})
    thread, entry = life.chance.choice(
        [(row.inquiry_id, row.id) for row in found] or [(life.thread(), new_id())]
    )
    references = References(life.database, "inquiry_reference_seq", "Q")
    with life.database.transaction() as session:
        life.ids.append(
            splits.split(session, references, life.director, thread, [entry], due_at=utc_now()).id
        )


def _assigns(life: DeskLife) -> None:
    with life.database.transaction() as session:
        inquiries.assign(
            session, life.thread(), life.director.actor, life.chance.choice([None, life.person().id])
        )


def _takes_next(life: DeskLife) -> None:
    with life.database.transaction() as session:
        reply_queue.take_next(session, life.person())


def _moves(name: str) -> Callable[[DeskLife], None]:
    def move(life: DeskLife) -> None:
        with life.database.transaction() as session:
            inquiries.move(session, life.thread(), life.director.actor, name, due_at=utc_now())

    return move


def _is_no_spam(life: DeskLife) -> None:
    found = [row.id for row in life.database.run(_SET_ASIDE, {"ids": life.ids})]
    with life.database.transaction() as session:
        chosen = life.chance.choice(found or life.ids)
        inquiries.move(session, chosen, life.director.actor, "not_spam", due_at=utc_now())


def _snoozes(life: DeskLife) -> None:
    with life.database.transaction() as session:
        until = life.chance.choice([None, utc_now() + timedelta(hours=1)])
        snoozes.snooze(session, life.thread(), life.director.actor, until)


def _holds(life: DeskLife) -> None:
    """An answer is held, with a reason that its author reads and nobody else."""
    with life.database.transaction() as session:
        life.number += 1
        thread = survivors.lock(session, life.thread())
        replies.hold(
            session,
            thread.id,
            life.director,
            f"Held, {life.number}.",
            f"because of {MARKER}",
            based_on=thread.messages,
            via=Via.DESK,
        )


def _sends_held(life: DeskLife) -> None:
    """Whoever presses it has read it: a draft that a merge kept aside is held too, and says what nobody would send."""
    for row in [one for one in life.replies("held", "failed") if MARKER not in one.body][:1]:
        with life.database.transaction() as session:
            replies.send_held(session, row.inquiry_id, row.id, life.director)


def _discards(life: DeskLife) -> None:
    """Words that were held or drafted, and are never to be sent."""
    for row in life.replies("held")[:1]:
        with life.database.transaction() as session:
            replies.edit_held(session, row.inquiry_id, row.id, life.director)
            drafts.save_draft(session, row.inquiry_id, life.director, life.secret())
            replies.discard(session, row.inquiry_id, row.id, life.director)


def _is_in_doubt(life: DeskLife) -> None:
    for row in life.replies("queued")[:1]:
        if life.database.run(_IN_DOUBT, {"id": row.letter_id}):
            with life.database.transaction() as session:
                replies.letter_settled(session, row.letter_id, "unknown", due_at=utc_now())
    life.database.run(_EARLIER_LETTERS)
    with life.database.transaction() as session:
        doubts.ask(session, newest_at_sibling=None, has_journal=False)


def _sends_again(life: DeskLife) -> None:
    """Whatever went to somebody goes once more, an answer or a letter that the service sent by itself."""
    asker = life.address(life.chance.choice(ASKED_BY))
    for row in life.database.run(_LETTER_TO, {"recipient": asker})[:1]:
        with life.database.transaction() as session:
            letters.resend(session, row.id, life.director.actor)


def _loses_link(life: DeskLife) -> None:
    with life.database.transaction() as session:
        links.send_my_link(session, life.address(life.chance.choice(ASKED_BY)), hour=str(new_id()))


def _morning(life: DeskLife) -> None:
    life.database.run(_YESTERDAY)
    life.database.run(_ANOTHER_DAYS)
    with life.database.transaction() as session:
        reminders.send_digests(session)


def _deadline_is_near(life: DeskLife) -> None:
    life.database.run(_DUE_SOON, {"ids": life.ids})
    with life.database.transaction() as session:
        reminders.remind(session)


def _moves_many(life: DeskLife) -> None:
    with life.database.transaction() as session:
        name = life.chance.choice(["assign", "close", "reopen"])
        done = bulk_moves.move_all(
            session, life.director, life.ids, Asked(name, utc_now(), staff_id=life.colleague.id)
        )
        if life.chance.random() < 0.5:
            bulk_moves.undo(session, life.director, done.id)


def _answers_with_saved_reply(life: DeskLife) -> None:
    """Its title is for staff, its words are for whoever asked; both are inserted as a page does it."""
    with life.database.transaction() as session:
        saved = saved_replies.write(
            session, life.director, title=f"{life.secret()}", body="Good morning {name}, soon.", is_own=True
        )
        inquiry = survivors.lock(session, life.thread())
        school = School("http://127.0.0.1:8001", "(555) 010-2000", "en_US")
        filled = insertions.fill(session, inquiry, life.director, saved.body, [], school, program_title="MAT")
        life.number += 1
        replies.answer(session, inquiry.id, life.director, f"{filled.text} {life.number}", undo_s=0)


def _changes_program(life: DeskLife) -> None:
    with life.database.transaction() as session:
        inquiries.change_program(
            session, life.thread(), life.colleague.actor, life.chance.choice(["cna", "mat", None])
        )


def _looks(life: DeskLife) -> None:
    with life.database.transaction() as session:
        notes.see(session, life.thread(), life.colleague)


MOVES: dict[str, Callable[[DeskLife], None]] = {
    "asks": _asks,
    "note": _notes,
    "mention": _mentions,
    "call": _calls,
    "tag": _tags,
    "answer": _answers,
    "schedule": _schedules,
    "undo": _takes_back,
    "draft": _drafts,
    "file": _attaches,
    "writes by link": _writes_by_link,
    "writes by mail": _writes_by_mail,
    "note by mail": _notes_by_mail,
    "answer by mail": _answers_by_mail,
    "merge": _merges,
    "unmerge": _unmerges,
    "split": _splits,
    "assign": _assigns,
    "take next": _takes_next,
    "close": _moves("close"),
    "reopen": _moves("reopen"),
    "spam": _moves("spam"),
    "not spam": _is_no_spam,
    "snooze": _snoozes,
    "hold": _holds,
    "send held": _sends_held,
    "discard": _discards,
    "doubt": _is_in_doubt,
    "send again": _sends_again,
    "lost link": _loses_link,
    "digest": _morning,
    "reminder": _deadline_is_near,
    "bulk move": _moves_many,
    "saved reply": _answers_with_saved_reply,
    "program": _changes_program,
    "looks": _looks,
    "letters go": lambda life: life.work.drain(),
    "time passes": lambda life: life.work.let_time_pass(),
}
