"""What a composer of letters works with: the freezing transaction, links and addresses that are stored hashed, and its words."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.clock import utc_now
from shared.db import Database, rows
from shared.letter_bytes import Composed, MailIdentity
from shared.letter_rendering import LetterTemplates, Words
from shared.letters import LetterRow
from shared.returned_letters import RETURN_PATH
from shared.tokens import hash_code, hash_secret, new_code, new_id, new_secret


class LetterPointless(Exception):
    """There is no longer a reason for the letter; it is cancelled with these words.

    `then` tells the business so in the transaction that cancels it, before the letter's row is locked.
    """

    def __init__(self, why: str, then: Callable[[Session], None] | None = None) -> None:
        super().__init__(why)
        self.then = then


class LetterAlone(Exception):
    """The letter needs what only the one that is frozen alone has: facts that were brought from elsewhere."""


class LetterLater(Exception):
    """The letter must wait until `due_at`."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__("later")
        self.due_at = due_at


RETURN_PATH_DAYS = 90
Composer = Callable[["Mailroom", LetterRow], Composed]
# Reads what the composers of these letters will ask for, in one go; what it returns is kept while they compose.
FactsReader = Callable[[Session, Sequence[LetterRow]], object]
# Fetches what a letter says of another service, before the transaction that freezes it: nobody waits for a network inside of one.
Bringer = Callable[[Database, LetterRow], object]

MOST_IN_AN_HOUR, MOST_IN_A_DAY = 3, 10
_OF_A_DAY = text("""
    SELECT recipient, kind, status, frozen_at, frozen_at > now() - interval '1 hour' AS is_of_this_hour
    FROM letter WHERE recipient = ANY(:recipients) AND status <> 'cancelled'
      AND created_at > now() - interval '2 days' AND frozen_at > now() - interval '24 hours'
""")


@dataclass
class Secrets:
    """What composing a letter gave away: rows that are stored with the letter's bytes, or not at all."""

    links: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    codes: list[dict[str, Any]] = field(default_factory=list)

    def add(self, other: "Secrets") -> None:
        """The other's rows are stored with these."""
        self.links += other.links
        self.addresses += other.addresses
        self.codes += other.codes


class Day:
    """What went within 24 hours to the people whose letters are frozen together, these letters included."""

    def __init__(self, session: Session, letters: Sequence[LetterRow]) -> None:
        self._session = session
        self._letters = letters
        self._read: Sequence[Any] | None = None
        self._noted: list[LetterRow] = []

    def last(self, letter: LetterRow) -> datetime | None:
        """When the latest other letter of its kind went to its recipient."""
        if any(one.kind == letter.kind for one in self._noted_to(letter.recipient)):
            return utc_now()
        return max(
            (
                row.frozen_at
                for row in self._to(letter.recipient)
                if row.kind == letter.kind and row.status != "failed"
            ),
            default=None,
        )

    def lately(self, recipient: str, kinds: Sequence[str]) -> tuple[int, int]:
        """How many of these kinds went there in an hour, and in a day."""
        of_kinds = [row for row in self._to(recipient) if row.kind in kinds]
        more = sum(one.kind in kinds for one in self._noted_to(recipient))
        return sum(row.is_of_this_hour for row in of_kinds) + more, len(of_kinds) + more

    def note(self, letter: LetterRow) -> None:
        """This one is frozen too: the next like it is not the first."""
        self._noted.append(letter)

    def _noted_to(self, recipient: str) -> list[LetterRow]:
        return [one for one in self._noted if one.recipient == recipient]

    def _to(self, recipient: str) -> list[Any]:
        if self._read is None:
            recipients = list({one.recipient for one in self._letters})
            self._read = rows(self._session, _OF_A_DAY, recipients=recipients)
        return [row for row in self._read if row.recipient == recipient]


class Mailroom:
    """What the composer of one letter works with."""

    def __init__(
        self,
        session: Session,
        letter: LetterRow,
        templates: LetterTemplates,
        identity: MailIdentity,
        service: Any,
        day: Day | None = None,
        brought: object | None = None,
    ) -> None:
        self.session = session
        self.letter = letter
        self.service = service
        self.identity = identity
        self.secrets = Secrets()
        self.brought = brought
        self._templates = templates
        self._day = day or Day(session, [letter])

    def public_link(self, subject_id: UUID, *, expires_at: datetime | None = None) -> str:
        """A new secret for the subject's public page."""
        secret = new_secret()
        self.secrets.links.append(
            {"hash": hash_secret(secret), "subject_id": subject_id, "expires_at": expires_at}
        )
        return secret

    def reply_address(
        self, purpose: str, subject_id: UUID, person_id: UUID | None = None, *, days: int = 365
    ) -> str:
        """A new address of ours; what is sent to it belongs to the subject (and to that person)."""
        secret = new_secret()
        self.secrets.addresses.append(
            {
                "hash": hash_secret(secret),
                "purpose": purpose,
                "subject_id": subject_id,
                "person_id": person_id,
                "letter_id": self.letter.id,
                "days": days,
            }
        )
        return f"r+{secret}@{self.identity.mail_domain}"

    def return_path(self) -> str:
        """An address that is this letter's alone: what cannot be delivered comes back to it, and whoever has it is believed."""
        secret = new_secret()
        self.secrets.addresses.append(
            {
                "hash": hash_secret(secret),
                "purpose": RETURN_PATH,
                "subject_id": self.letter.subject_id,
                "person_id": None,
                "letter_id": self.letter.id,
                "days": RETURN_PATH_DAYS,
            }
        )
        return f"b+{secret}@{self.identity.mail_domain}"

    def code(self, subject_id: UUID, purpose: str, *, minutes: int = 30) -> str:
        """A new six-digit code for one purpose."""
        code = new_code()
        hashed = hash_code(self.identity.secret_key, subject_id, code)
        self.secrets.codes.append(
            {
                "id": new_id(),
                "subject_id": subject_id,
                "purpose": purpose,
                "hash": hashed,
                "minutes": minutes,
            }
        )
        return code

    def last_of_kind_at(self) -> datetime | None:
        """When the latest letter of this kind within 24 hours went to this address."""
        return self._day.last(self.letter)

    def is_first_today(self) -> bool:
        """Whether no other letter of this kind went to this address within 24 hours."""
        return self.last_of_kind_at() is None

    def check_caps(self, *kinds: str, in_an_hour: int | None = None, in_a_day: int | None = None) -> None:
        """The last wall against machines that answer each other. Raises LetterPointless when enough letters of these kinds went there lately.

        A sliding window, whatever asked for the letters: two desks that acknowledge each other's acknowledgements stop here.
        """
        lately, today = self._day.lately(self.letter.recipient, kinds)
        if lately >= (in_an_hour or MOST_IN_AN_HOUR) or today >= (in_a_day or MOST_IN_A_DAY):
            raise LetterPointless("this address had enough letters that are sent by themselves lately")

    def render(self, template: str, **data: Any) -> Words:
        """Subject, text and HTML of the template with the same data; styles are inlined."""
        return self._templates.render(template, {"letter": self.letter} | data)

    def fill(self, template: str, own: Mapping[str, str], **shared: Hashable) -> Words:
        """The same, where only the `own` values are this letter's alone: the rest is rendered once for many."""
        return self._templates.fill(template, shared, own)
