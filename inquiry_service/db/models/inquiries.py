"""Inquiries, the entries of their threads, and the state of our replies."""

from typing import Any
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import Sequence

from inquiry_service.db.models.base import Base, Id, Moment, Now
from inquiry_service.terms import InquiryStatus, MessageKind, ReplyStatus, Via
from shared.tables import one_of

REFERENCE_NUMBERS = Sequence("inquiry_reference_seq", increment=20, metadata=Base.metadata)

REPORTED = [
    "status",
    "program",
    "source",
    "assignee_id",
    "first_answered_at",
    "first_answered_by",
    "first_response_s",
    "first_response_open_s",
    "resolution_s",
    "resolution_open_s",
    "reference",
]  # what reports read, without the rows themselves
UNMEASURED = "first_answered_at IS NOT NULL AND first_response_s IS NULL OR closed_at IS NOT NULL AND resolution_s IS NULL"


class Inquiry(Base):
    """A question and its thread. `messages` counts the thread's entries: the next one's position is one more.

    `due_from` is when the clock of `due_at` began. How long the first answer and the closing took stands in seconds, by the calendar and
    in open hours, as they were at that moment.

    A search reads `words` (who asks, and how the question begins) and `heard` (the thread's other entries) together.
    Nobody can be written to where `asker_email` is empty: staff took the question down from somebody's mouth. `opened_by_id`: who of
    the staff opened it. `merged_into_id`: whose thread its entries are in now.
    """

    __tablename__ = "inquiry"

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(Text, unique=True)
    status: Mapped[str] = mapped_column(Text)
    asker_name: Mapped[str] = mapped_column(Text)
    asker_email: Mapped[str] = mapped_column(Text)
    asker_email_normal: Mapped[str] = mapped_column(Text)
    asker_phone: Mapped[str | None] = mapped_column(Text)
    program: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    consent_text: Mapped[str | None] = mapped_column(Text)
    registration_id: Mapped[UUID | None]
    registration_reference: Mapped[str | None] = mapped_column(Text)
    is_address_proven: Mapped[bool] = mapped_column(server_default=text("false"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    messages: Mapped[int] = mapped_column(server_default=text("1"))
    opening: Mapped[str] = mapped_column(Text, server_default="")
    spam_score: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    spam_reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    is_never_reached: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Now]
    due_at: Mapped[Moment | None]
    due_from: Mapped[Now]
    last_message_at: Mapped[Now]
    first_answered_at: Mapped[Moment | None]
    first_answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    first_response_s: Mapped[int | None]
    first_response_open_s: Mapped[int | None]
    closed_at: Mapped[Moment | None]
    resolution_s: Mapped[int | None]
    resolution_open_s: Mapped[int | None]
    snoozed_until: Mapped[Moment | None]
    is_snoozed_for_answer: Mapped[bool] = mapped_column(server_default=text("false"))
    back_because: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[Moment | None]
    words: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', reference || ' ' || asker_name || ' ' || asker_email || ' ' || coalesce(asker_phone, '')"
            " || ' ' || opening)",
            persisted=True,
        ),
    )
    heard: Mapped[str] = mapped_column(TSVECTOR, server_default=text("''"))
    has_files: Mapped[bool] = mapped_column(server_default=text("false"))
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("inquiry.id", ondelete="SET NULL"))
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        one_of("status", tuple(InquiryStatus)),
        Index("ix_inquiry_for_us", "due_at", "id", postgresql_where=text("status IN ('new', 'open')")),
        Index(
            "ix_inquiry_take",
            "due_at",
            "id",
            postgresql_where=text(
                "status IN ('new', 'open') AND assignee_id IS NULL AND snoozed_until IS NULL"
            ),
        ),
        Index(
            "ix_inquiry_mine",
            "assignee_id",
            "due_at",
            "id",
            postgresql_include=["snoozed_until"],
            postgresql_where=text("status IN ('new', 'open')"),
        ),
        Index(
            "ix_inquiry_waiting",
            "last_message_at",
            "id",
            postgresql_where=text("status = 'waiting' AND snoozed_until IS NULL"),
        ),
        Index("ix_inquiry_closed", "last_message_at", "id", postgresql_where=text("status = 'closed'")),
        Index(
            "ix_inquiry_set_aside",
            "last_message_at",
            "id",
            postgresql_where=text("status IN ('quarantined', 'spam')"),
        ),
        Index("ix_inquiry_quarantined", "id", postgresql_where=text("status = 'quarantined'")),
        Index(
            "ix_inquiry_snoozed", "snoozed_until", "id", postgresql_where=text("snoozed_until IS NOT NULL")
        ),
        Index("ix_inquiry_asker", "asker_email_normal", "created_at"),
        Index("ix_inquiry_created", "created_at", "id"),
        Index("ix_inquiry_reported", "created_at", postgresql_include=REPORTED),
        Index(
            "ix_inquiry_answered", "first_answered_at", postgresql_where=text("first_answered_at IS NOT NULL")
        ),
        Index("ix_inquiry_unmeasured", "id", postgresql_where=text(UNMEASURED)),
        Index(
            "ix_inquiry_erasable",
            "status",
            "last_message_at",
            "id",
            postgresql_where=text(
                "erased_at IS NULL AND status IN ('waiting', 'closed', 'quarantined', 'spam')"
            ),
        ),
        Index("ix_inquiry_found", text("(words || heard)"), postgresql_using="gin"),
        Index(
            "ix_inquiry_phone",
            literal_column("reverse(regexp_replace(asker_phone, '[^0-9]', '', 'g'))").label("digits"),
            postgresql_ops={"digits": "text_pattern_ops"},
            postgresql_where=text("asker_phone IS NOT NULL"),
        ),
        Index("ix_inquiry_with_files", "created_at", "id", postgresql_where=text("has_files")),
        Index(
            "ix_inquiry_assigned",
            "assignee_id",
            "created_at",
            "id",
            postgresql_where=text("assignee_id IS NOT NULL"),
        ),
        Index("ix_inquiry_never_reached", "due_at", "id", postgresql_where=text("is_never_reached")),
        Index("ix_inquiry_merged", "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
    )


class Message(Base):
    """An entry of a thread, either way, at its `position` (1 is the question; a draft has none): in the order they came into it.

    People see it at `place`, where that differs: an entry of a merged inquiry stands among the others by its time. `origin_id`: the
    inquiry it came to, where that is another one. One with an `event` only says what was done to the thread, with the inquiry `about_id`.
    """

    __tablename__ = "message"

    id: Mapped[Id]
    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"))
    position: Mapped[int | None]
    kind: Mapped[str] = mapped_column(Text)
    via: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    sender_address: Mapped[str | None] = mapped_column(Text)
    is_verified: Mapped[bool] = mapped_column(server_default=text("true"))
    is_automatic: Mapped[bool] = mapped_column(server_default=text("false"))
    raw_mail_id: Mapped[UUID | None]
    created_at: Mapped[Now]
    place: Mapped[float | None]
    origin_id: Mapped[UUID | None]
    event: Mapped[str | None] = mapped_column(Text)
    about_id: Mapped[UUID | None]

    __table_args__ = (
        UniqueConstraint("inquiry_id", "position"),
        one_of("kind", tuple(MessageKind)),
        one_of("via", tuple(Via)),
        Index(
            "ix_message_sender",
            literal_column("lower(sender_address)").label("sender"),
            postgresql_where=text("sender_address IS NOT NULL"),
        ),
        Index("ix_message_staff_answers", "staff_id", "created_at", postgresql_where=text("kind = 'answer'")),
    )


class Reply(Base):
    """What became of an answer; its text is the message of the same id. `sendings` counts the letters written for it.

    `version` counts the texts that its draft had; `facts` are the live facts that were put into it (domain/live_facts.py);
    `scheduled_at` is when its author wants it to go, none for at once; `saved_reply_id` is the saved reply that it began with.
    """

    __tablename__ = "reply"

    id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    inquiry_id: Mapped[UUID] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    status: Mapped[str] = mapped_column(Text)
    is_closing: Mapped[bool] = mapped_column(server_default=text("false"))
    based_on: Mapped[int]
    sendings: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    letter_id: Mapped[UUID | None]
    held_because: Mapped[str | None] = mapped_column(Text)
    status_before: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[Moment | None]
    changed_at: Mapped[Now]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    facts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    scheduled_at: Mapped[Moment | None]
    saved_reply_id: Mapped[UUID | None] = mapped_column(ForeignKey("saved_reply.id"))

    __table_args__ = (
        one_of("status", tuple(ReplyStatus)),
        Index("ix_reply_sent", "sent_at", "id", postgresql_where=text("status = 'sent'")),
        Index(
            "ix_reply_saved",
            "sent_at",
            postgresql_include=["saved_reply_id", "inquiry_id"],
            postgresql_where=text("status = 'sent' AND saved_reply_id IS NOT NULL"),
        ),
        Index("ix_reply_draft", "author_id", "inquiry_id", postgresql_where=text("status = 'draft'")),
        Index("ix_reply_held", "changed_at", postgresql_where=text("status = 'held'")),
    )
