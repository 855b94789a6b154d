"""The tables that each service's own database holds a copy of: work, letters, bytes, keys, links, audit.

`add_shared_tables(metadata)` gives them to a service's metadata, so that its migrations carry them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
LETTER_STATES = (
    "queued",
    "ready",
    "sending",
    "sent",
    "delivered",
    "bounced",
    "cancelled",
    "failed",
    "unknown",
)
JOB_STATES = ("queued", "leased", "done", "parked")


def moment(name: str, *, null: bool = True, now: bool = False) -> Column[object]:
    """A `timestamptz` column; `now` makes the database's clock its default."""
    default = text("now()") if now else None
    return Column(name, DateTime(timezone=True), nullable=null and not now, server_default=default)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """The column holds one of the words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(value)) for value in values)})", name=column)


def _lease_columns() -> list[Column[object]]:
    """What the relay and a worker write on a row of work."""
    return [
        moment("poke_after"),
        Column("pokes", SmallInteger, nullable=False, server_default="0"),
        moment("lease_until"),
        Column("lease_token", UUID(as_uuid=True)),
        Column("attempts", SmallInteger, nullable=False, server_default="0"),
        Column("last_error", Text),
        Column("request_id", Text),
    ]


def _job(metadata: MetaData) -> None:
    Table(
        "job",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("kind", Text, nullable=False),
        Column("dedupe_key", Text, nullable=False, unique=True),
        Column("payload", JSONB, nullable=False, server_default="{}"),
        Column("status", Text, nullable=False, server_default="queued"),
        moment("due_at", now=True),
        Column("every", Interval),
        *_lease_columns(),
        moment("created_at", now=True),
        moment("done_at"),
        one_of("status", JOB_STATES),
        Index("ix_job_due", "due_at", postgresql_where=text("status IN ('queued', 'leased')")),
        Index("ix_job_parked", "created_at", postgresql_where=text("status = 'parked'")),
        Index("ix_job_done", "done_at", postgresql_where=text("status = 'done'")),
    )


def _letter(metadata: MetaData) -> None:
    Table(
        "letter",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("kind", Text, nullable=False),
        Column("subject_id", UUID(as_uuid=True), nullable=False),
        Column("person_id", UUID(as_uuid=True)),
        Column("recipient", Text, nullable=False),
        Column("dedupe_key", Text, nullable=False, unique=True),
        Column("status", Text, nullable=False, server_default="queued"),
        Column("wants_outcome", Boolean, nullable=False, server_default="false"),
        moment("not_before", now=True),
        moment("due_at", now=True),
        *_lease_columns(),
        Column("message_id", Text, unique=True),
        Column("envelope_from", Text),
        Column("subject", Text),
        Column("blob_sha256", LargeBinary, ForeignKey("blob.sha256")),
        moment("frozen_at"),
        moment("dot_intent_at"),
        moment("sent_at"),
        moment("settled_at"),
        Column("settled_by", UUID(as_uuid=True)),
        Column("smtp_reply", Text),
        Column("resend_of", UUID(as_uuid=True)),
        moment("delayed_at"),
        Column("returned_mail_id", UUID(as_uuid=True)),
        moment("created_at", now=True),
        one_of("status", LETTER_STATES),
        Index("ix_letter_due", "due_at", postgresql_where=text("status IN ('queued', 'ready')")),
        Index("ix_letter_sending", "lease_until", postgresql_where=text("status = 'sending'")),
        Index(
            "ix_letter_trouble",
            "created_at",
            postgresql_where=text("status IN ('unknown', 'failed', 'bounced')"),
        ),
        Index("ix_letter_subject", "subject_id"),
        Index("ix_letter_recipient", "recipient", "kind", "created_at"),
        Index("ix_letter_created", "created_at", "id"),
    )


def _dead_addresses(metadata: MetaData) -> None:
    Table(
        "dead_address",
        metadata,
        Column("address", Text, primary_key=True),
        Column("letter_id", UUID(as_uuid=True), nullable=False),
        moment("since", now=True),
    )


def _keys_and_links(metadata: MetaData) -> None:
    Table(
        "idempotency",
        metadata,
        Column("scope", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("body_hash", LargeBinary, nullable=False),
        Column("answer", JSONB),
        moment("created_at", now=True),
        Index("ix_idempotency_created", "created_at"),
    )
    Table(
        "public_link",
        metadata,
        Column("secret_hash", LargeBinary, primary_key=True),
        Column("subject_id", UUID(as_uuid=True), nullable=False, index=True),
        moment("created_at", now=True),
        moment("expires_at"),
        moment("used_at"),
        moment("revoked_at"),
    )
    Table(
        "mailed_code",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("subject_id", UUID(as_uuid=True), nullable=False),
        Column("purpose", Text, nullable=False),
        Column("code_hash", LargeBinary, nullable=False),
        Column("tries", SmallInteger, nullable=False, server_default="0"),
        moment("created_at", now=True),
        moment("expires_at", null=False),
        moment("used_at"),
        Index("ix_mailed_code_subject", "subject_id", "purpose"),
    )
    Table(
        "reply_address",
        metadata,
        Column("address_hash", LargeBinary, primary_key=True),
        Column("purpose", Text, nullable=False),
        Column("subject_id", UUID(as_uuid=True), nullable=False, index=True),
        Column("person_id", UUID(as_uuid=True)),
        Column("letter_id", UUID(as_uuid=True)),
        moment("created_at", now=True),
        moment("expires_at"),
        moment("revoked_at"),
    )
    Table(
        "access_token",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("token_hash", LargeBinary, nullable=False, unique=True),
        Column("name", Text, nullable=False),
        Column("person_id", UUID(as_uuid=True), nullable=False),
        Column("person_name", Text, nullable=False),
        Column("roles", ARRAY(Text), nullable=False),
        Column("scopes", ARRAY(Text), nullable=False, server_default=text("'{read,write}'")),
        moment("created_at", now=True),
        moment("expires_at"),
        moment("revoked_at"),
        moment("last_used_at"),
    )


def _bytes_and_traces(metadata: MetaData) -> None:
    Table(
        "blob",
        metadata,
        Column("sha256", LargeBinary, primary_key=True),
        Column("bytes", LargeBinary, nullable=False),
        moment("created_at", now=True),
        CheckConstraint("octet_length(bytes) <= 26214400", name="size"),
    )
    Table(
        "audit",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        moment("at", now=True),
        Column("person_id", UUID(as_uuid=True)),
        Column("person_name", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("subject_id", UUID(as_uuid=True), nullable=False),
        Column("reason", Text),
        Column("details", JSONB, nullable=False, server_default="{}"),
        Column("request_id", Text),
        Index("ix_audit_subject", "subject_id", "id"),
        Index("ix_audit_person", "person_id", "id"),
    )
    Table(
        "erasure",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("salt", LargeBinary, nullable=False),
        Column("address_hash", LargeBinary, nullable=False),
        moment("erased_at", now=True),
        moment("repeated_at"),
        Column("person_id", UUID(as_uuid=True)),
        Column("person_name", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("erased", JSONB, nullable=False),
        Column("kept", JSONB, nullable=False, server_default="[]"),
        Index("ix_erasure_erased", "erased_at", "id"),
    )
    Table(
        "holding",
        metadata,
        Column("is_one", Boolean, primary_key=True, server_default="true"),
        moment("since", now=True),
        Column("because", Text, nullable=False),
        CheckConstraint("is_one", name="is_one"),
    )
    Table(
        "ledger_finding",
        metadata,
        Column("name", Text, primary_key=True),
        Column("says", Text, nullable=False),
        Column("number", Integer, nullable=False),
        Column("examples", ARRAY(Text), nullable=False),
        moment("checked_at", now=True),
    )
    Table(
        "process",
        metadata,
        Column("name", Text, primary_key=True),
        Column("role", Text, nullable=False),
        Column("pid", Integer, nullable=False),
        moment("started_at", now=True),
        moment("seen_at", now=True),
        Index("ix_process_role", "role", "seen_at"),
    )


def add_shared_tables(metadata: MetaData) -> None:
    """The service's database has the tables that shared code reads and writes."""
    _bytes_and_traces(metadata)
    _job(metadata)
    _letter(metadata)
    _dead_addresses(metadata)
    _keys_and_links(metadata)
