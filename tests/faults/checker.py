"""The checker: pure over the clients' history, the rows of both databases and the sink's log. It says what is broken, each in the field's words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.faults.history import Event, Operation, operations

SEATED = ("held", "offered", "confirmed")
SETTLED = ("sent", "delivered", "bounced")
NAMED_STATES = ("queued", "ready", "sending", *SETTLED, "cancelled", "failed", "unknown")
OWED = {"inquiry": ("acknowledgement",), "registration": ("confirmation", "waitlisted")}


@dataclass(frozen=True)
class Fact:
    """A business row that a client's request makes: an inquiry or a registration."""

    kind: str
    id: str
    email: str
    status: str
    section_id: str = ""


@dataclass(frozen=True)
class Letter:
    """A letter's row. `is_due`: it should have been sent by now, and nobody alive holds it."""

    id: str
    kind: str
    subject_id: str
    recipient: str
    status: str
    message_id: str | None = None
    resend_of: str | None = None
    is_due: bool = False


@dataclass(frozen=True)
class Job:
    """A job's row; `is_due` as with letters."""

    id: str
    kind: str
    status: str
    is_due: bool = False


@dataclass(frozen=True)
class Seats:
    """The counter of a section."""

    section_id: str
    capacity: int
    overbooked: int
    taken: int


@dataclass(frozen=True)
class Received:
    """A letter that the sink took responsibility for."""

    message_id: str
    recipient: str


@dataclass(frozen=True)
class Rows:
    """What both databases hold when everything is at rest."""

    facts: Sequence[Fact] = ()
    letters: Sequence[Letter] = ()
    jobs: Sequence[Job] = ()
    seats: Sequence[Seats] = ()


@dataclass(frozen=True, order=True)
class Violation:
    """One broken promise: `what` names it, `where` says which row or key."""

    what: str
    where: str = field(compare=False)


def check(events: list[Event], rows: Rows, received: Sequence[Received]) -> list[Violation]:
    """Every broken promise; none when all were kept."""
    asked = list(operations(events))
    return [
        *_answers(asked, rows),
        *_owed_letters(asked, rows, received),
        *_sent_once(rows, received),
        *_fates(rows, received),
        *_work_left(rows),
        *broken_seats(rows),
    ]


def _answers(asked: Iterable[Operation], rows: Rows) -> Iterator[Violation]:
    """Every 201 has its row; one row a key; nothing that was refused, and nothing that nobody asked for."""
    by_address: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in rows.facts:
        by_address[fact.kind, fact.email].append(fact)
    claimed = set()
    for operation in asked:
        if operation.kind not in OWED:
            continue
        found = by_address[operation.kind, operation.email]
        claimed.add((operation.kind, operation.email))
        ids = {fact.id for fact in found}
        if operation.is_accepted and not operation.answer_ids <= ids:
            yield Violation("accepted without a row", operation.key)
        if len(operation.answer_ids) > 1:
            yield Violation("two answers to one key", operation.key)
        if len(found) > 1:
            yield Violation("two rows for one key", operation.key)
        if operation.is_refused and found:
            yield Violation("refused, and yet there", operation.key)
    for address, found in by_address.items():
        if found and address not in claimed:
            yield Violation("a row that nobody asked for", f"{address[0]} {found[0].id}")


def _owed_letters(
    asked: Iterable[Operation], rows: Rows, received: Sequence[Received]
) -> Iterator[Violation]:
    """The letter that an accepted request is owed stands in a row, or has arrived."""
    written = {(letter.kind, letter.subject_id) for letter in rows.letters}
    arrived = {letter.recipient for letter in received}
    for operation in asked:
        if not operation.is_accepted or operation.kind not in OWED or operation.email in arrived:
            continue
        for fact_id in operation.answer_ids:
            if not any((kind, fact_id) in written for kind in OWED[operation.kind]):
                yield Violation("a letter is lost", operation.key)


def _sent_once(rows: Rows, received: Sequence[Received]) -> Iterator[Violation]:
    """A Message-ID arrives once; so does what it says, unless a person had it sent again."""
    for message_id, times in Counter(letter.message_id for letter in received).items():
        if times > 1:
            yield Violation("a letter went twice", f"{message_id}, {times} times")
    arrived = {letter.message_id for letter in received}
    same: Counter[tuple[str, str, str]] = Counter(
        (letter.kind, letter.subject_id, letter.recipient)
        for letter in rows.letters
        if letter.message_id in arrived and letter.resend_of is None and letter.kind in _ONCE_A_SUBJECT
    )
    for (kind, subject_id, _), times in same.items():
        if times > 1:
            yield Violation("a letter went twice", f"{kind} of {subject_id}, {times} times")


_ONCE_A_SUBJECT = ("acknowledgement", "notice", "confirmation", "waitlisted", "cancelled")


def _fates(rows: Rows, received: Sequence[Received]) -> Iterator[Violation]:
    """Letter rows and the sink agree: what is sent has arrived, and what has arrived is sent, or in doubt."""
    arrived = {letter.message_id for letter in received}
    known = {letter.message_id: letter for letter in rows.letters if letter.message_id}
    for letter in rows.letters:
        if letter.status not in NAMED_STATES:
            yield Violation("a letter in no state", f"{letter.id} is {letter.status}")
        if letter.status in SETTLED and letter.message_id not in arrived:
            yield Violation("sent, and never arrived", letter.id)
        if letter.status == "sending":
            yield Violation("a letter stays on its way", letter.id)
    resent = {letter.resend_of for letter in rows.letters if letter.resend_of}
    for message_id in sorted(arrived):
        row = known.get(message_id)
        if row is None:
            yield Violation("a letter without a row", message_id)
        elif row.status not in (*SETTLED, "unknown", "sending") and row.id not in resent:
            yield Violation("arrived, and not known to be", f"{message_id} is {row.status}")


def _work_left(rows: Rows) -> Iterator[Violation]:
    """Whatever was due has run; parked jobs and letters in doubt wait for people."""
    for letter in rows.letters:
        if letter.is_due:
            yield Violation("a due letter is left", f"{letter.id} is {letter.status}")
    for job in rows.jobs:
        if job.is_due:
            yield Violation("a due job is left", f"{job.kind} {job.id} is {job.status}")


def broken_seats(rows: Rows) -> Iterator[Violation]:
    """The counter is the number of claims, within its bound; and nobody waits beside a free seat."""
    claims = Counter(fact.section_id for fact in rows.facts if fact.status in SEATED)
    waiting = Counter(fact.section_id for fact in rows.facts if fact.status == "waitlisted")
    for seats in rows.seats:
        if seats.taken != claims[seats.section_id]:
            yield Violation(
                "the seats are miscounted", f"{seats.section_id}: {seats.taken} of {claims[seats.section_id]}"
            )
        if max(seats.taken, claims[seats.section_id]) > seats.capacity + seats.overbooked:
            yield Violation(
                "oversold", f"{seats.section_id}: {claims[seats.section_id]} for {seats.capacity}"
            )
        if seats.taken < seats.capacity and waiting[seats.section_id]:
            yield Violation("a free seat and a waiter", seats.section_id)
