"""Rendering: at `not_before` a letter reads the live facts once, and its bytes and Message-ID are frozen. Every attempt sends the same letter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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

from shared import blobs
from shared.db import Database, first
from shared.leases import LeaseLost
from shared.letter_bytes import Composed, MailIdentity, build_message
from shared.letters import LetterRow, message_id_of
from shared.tokens import hash_code, hash_secret, new_code, new_id, new_secret


class LetterPointless(Exception):
    """There is no longer a reason for the letter; it is cancelled with these words."""


class LetterLater(Exception):
    """The letter must wait until `due_at`."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__("later")
        self.due_at = due_at


@dataclass(frozen=True)
class Frozen:
    """What every attempt of a letter sends: its envelope's sender and its bytes."""

    envelope_from: str
    bytes: bytes


Composer = Callable[["Mailroom", LetterRow], Composed]

_FROZEN = text("""
    UPDATE letter SET status = 'ready', frozen_at = now(), message_id = :message_id, envelope_from = :envelope_from,
                      subject = :subject, blob_sha256 = :sha256
    WHERE id = :id AND lease_token = :token AND status = 'queued' RETURNING id
""")
_POINTLESS = text("""
    UPDATE letter SET status = 'cancelled', settled_at = now(), last_error = :why, lease_token = NULL, lease_until = NULL
    WHERE id = :id AND lease_token = :token AND status = 'queued'
""")
_LATER = text("""
    UPDATE letter SET due_at = :due_at, lease_token = NULL, lease_until = NULL, poke_after = NULL, pokes = 0, attempts = 0
    WHERE id = :id AND lease_token = :token AND status = 'queued'
""")
_LINK = text(
    "INSERT INTO public_link (secret_hash, subject_id, expires_at) VALUES (:hash, :subject_id, :expires_at)"
)
_ADDRESS = text("""
    INSERT INTO reply_address (address_hash, purpose, subject_id, person_id, letter_id, expires_at)
    VALUES (:hash, :purpose, :subject_id, :person_id, :letter_id, now() + make_interval(days => :days))
""")
_CODE = text("""
    INSERT INTO mailed_code (id, subject_id, purpose, code_hash, expires_at)
    VALUES (:id, :subject_id, :purpose, :hash, now() + make_interval(mins => :minutes))
""")
_LAST_OF_KIND = text("""
    SELECT max(frozen_at) FROM letter WHERE recipient = :recipient AND kind = :kind AND id <> :id
       AND status NOT IN ('cancelled', 'failed') AND created_at > now() - interval '2 days'
       AND frozen_at > now() - interval '24 hours'
""")


class Mailroom:
    """What a composer works with: the freezing transaction, links and addresses that are stored hashed, and templates."""

    def __init__(
        self,
        session: Session,
        letter: LetterRow,
        templates: Environment,
        identity: MailIdentity,
        service: Any,
    ) -> None:
        self.session = session
        self.letter = letter
        self.service = service
        self.identity = identity
        self._templates = templates

    def public_link(self, subject_id: UUID, *, expires_at: datetime | None = None) -> str:
        """A new secret for the subject's public page."""
        secret = new_secret()
        self.session.execute(
            _LINK, {"hash": hash_secret(secret), "subject_id": subject_id, "expires_at": expires_at}
        )
        return secret

    def reply_address(
        self, purpose: str, subject_id: UUID, person_id: UUID | None = None, *, days: int = 365
    ) -> str:
        """A new address of ours; what is sent to it belongs to the subject (and to that person)."""
        secret = new_secret()
        self.session.execute(
            _ADDRESS,
            {
                "hash": hash_secret(secret),
                "purpose": purpose,
                "subject_id": subject_id,
                "person_id": person_id,
                "letter_id": self.letter.id,
                "days": days,
            },
        )
        return f"r+{secret}@{self.identity.mail_domain}"

    def code(self, subject_id: UUID, purpose: str, *, minutes: int = 30) -> str:
        """A new six-digit code for one purpose."""
        code = new_code()
        hashed = hash_code(self.identity.secret_key, subject_id, code)
        self.session.execute(
            _CODE,
            {
                "id": new_id(),
                "subject_id": subject_id,
                "purpose": purpose,
                "hash": hashed,
                "minutes": minutes,
            },
        )
        return code

    def last_of_kind_at(self) -> datetime | None:
        """When the latest letter of this kind within 24 hours went to this address."""
        last: datetime | None = self.session.execute(
            _LAST_OF_KIND,
            {"recipient": self.letter.recipient, "kind": self.letter.kind, "id": self.letter.id},
        ).scalar_one()
        return last

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
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalog or NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(environment_globals)
    return environment


@dataclass(frozen=True)
class Freezer:
    """Turns a queued letter into one that is ready."""

    database: Database
    composers: Mapping[str, Composer]
    templates: Environment
    identity: MailIdentity
    service: Any
    may_receive: Callable[[Session, LetterRow], bool] = lambda session, letter: True

    def freeze(self, letter: LetterRow, token: UUID) -> Frozen | None:
        """The letter is `ready` with these bytes, committed; or it was cancelled or put off (None). Raises LeaseLost."""
        try:
            with self.database.transaction() as session:
                if not self.may_receive(session, letter):
                    raise LetterPointless("a sample school writes to its staff only")
                room = Mailroom(session, letter, self.templates, self.identity, self.service)
                composed = self.composers[letter.kind](room, letter)
                frozen = self._store(session, letter, composed, token)
        except LetterPointless as why:
            self.database.run(_POINTLESS, {"id": letter.id, "token": token, "why": str(why)})
            return None
        except LetterLater as later:
            self.database.run(_LATER, {"id": letter.id, "token": token, "due_at": later.due_at})
            return None
        return frozen

    def _store(self, session: Session, letter: LetterRow, composed: Composed, token: UUID) -> Frozen:
        message_id = message_id_of(letter.id, self.identity.mail_domain)
        envelope_from = f"b+{letter.id.hex}@{self.identity.mail_domain}"
        data = build_message(composed, letter.recipient, message_id, self.identity)
        sha256 = blobs.put(session, data)
        is_frozen = first(
            session,
            _FROZEN,
            id=letter.id,
            token=token,
            message_id=message_id,
            envelope_from=envelope_from,
            subject=composed.subject,
            sha256=sha256,
        )
        if (
            is_frozen is None
        ):  # undone meanwhile, or somebody else's lease: what this transaction made is rolled back
            raise LeaseLost
        return Frozen(envelope_from, data)
