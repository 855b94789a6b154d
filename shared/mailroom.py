"""What a composer of letters works with: the freezing transaction, links and addresses that are stored hashed, and templates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from uuid import UUID

import css_inline
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    select_autoescape,
)
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db import rows
from shared.letter_bytes import Composed, MailIdentity
from shared.letters import LetterRow
from shared.returned_letters import RETURN_PATH
from shared.tokens import hash_code, hash_secret, new_code, new_id, new_secret


class LetterPointless(Exception):
    """There is no longer a reason for the letter; it is cancelled with these words."""


class LetterLater(Exception):
    """The letter must wait until `due_at`."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__("later")
        self.due_at = due_at


RETURN_PATH_DAYS = 90
Composer = Callable[["Mailroom", LetterRow], Composed]
# Reads what the composers of these letters will ask for, in one go; what it returns is kept while they compose.
FactsReader = Callable[[Session, Sequence[LetterRow]], object]

_LAST_OF_KINDS = text("""
    SELECT l.recipient, l.kind, max(l.frozen_at) AS at
    FROM (SELECT DISTINCT * FROM unnest(CAST(:recipients AS text[]), CAST(:kinds AS text[])) AS asked(recipient, kind)) AS a
    JOIN letter l ON l.recipient = a.recipient AND l.kind = a.kind
    WHERE l.status NOT IN ('cancelled', 'failed') AND l.created_at > now() - interval '2 days'
      AND l.frozen_at > now() - interval '24 hours'
    GROUP BY l.recipient, l.kind
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
    """When the latest letter of a kind went to an address within 24 hours, for the letters that are frozen together."""

    def __init__(self, session: Session, letters: Sequence[LetterRow]) -> None:
        self._session = session
        self._letters = letters
        self._known: dict[tuple[str, str], datetime] | None = None
        self._noted: dict[tuple[str, str], datetime] = {}

    def last(self, letter: LetterRow) -> datetime | None:
        """The latest other letter like this one."""
        if self._known is None:
            recipients, kinds = zip(*((one.recipient, one.kind) for one in self._letters), strict=True)
            found = rows(self._session, _LAST_OF_KINDS, recipients=list(recipients), kinds=list(kinds))
            self._known = {(row.recipient, row.kind): row.at for row in found}
        key = letter.recipient, letter.kind
        return self._noted.get(key) or self._known.get(key)

    def note(self, letter: LetterRow, at: datetime) -> None:
        """This one is frozen too: the next like it is not the first."""
        self._noted[letter.recipient, letter.kind] = at


class Mailroom:
    """What the composer of one letter works with."""

    def __init__(
        self,
        session: Session,
        letter: LetterRow,
        templates: Environment,
        identity: MailIdentity,
        service: Any,
        day: Day | None = None,
    ) -> None:
        self.session = session
        self.letter = letter
        self.service = service
        self.identity = identity
        self.secrets = Secrets()
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

    def render(self, template: str, **data: Any) -> tuple[str, str, str]:
        """Subject, text and HTML of the template with the same data; styles are inlined."""
        data.setdefault("letter", self.letter)
        subject = self._templates.get_template(f"{template}.subject").render(data)
        plain = self._templates.get_template(f"{template}.txt").render(data)
        html = self._templates.get_template(f"{template}.html").render(data)
        return " ".join(subject.split()), plain.strip() + "\n", css_inline.inline(html)


def letter_templates(
    folder: Path, catalog: NullTranslations | None = None, **environment_globals: Any
) -> Environment:
    """The templates of a service's letters, with the shared ones behind them; a missing value is an error, not a gap.

    `catalog` has the letters' sentences in the school's language; without one they are English.
    """
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder), PackageLoader("shared", "letter_templates")]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalog or NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(environment_globals)
    return environment
