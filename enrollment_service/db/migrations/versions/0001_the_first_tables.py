"""the first tables"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """The tables as this revision has them."""
    op.execute("CREATE SEQUENCE registration_reference INCREMENT BY 20")
    op.create_table(
        "access_token",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_token_token_hash")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_subject", "audit", ["subject_id", "id"], unique=False)
    op.create_table(
        "blob",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("octet_length(bytes) <= 26214400", name=op.f("ck_blob_size")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "idempotency",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created", "idempotency", ["created_at"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("every", sa.Interval(), nullable=True),
        sa.Column("poke_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pokes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('queued', 'leased', 'done', 'parked')", name=op.f("ck_job_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_job_dedupe_key")),
    )
    op.create_index(
        "ix_job_done", "job", ["done_at"], unique=False, postgresql_where=sa.text("status = 'done'")
    )
    op.create_index(
        "ix_job_due",
        "job",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'leased')"),
    )
    op.create_index(
        "ix_job_parked", "job", ["created_at"], unique=False, postgresql_where=sa.text("status = 'parked'")
    )
    op.create_table(
        "mailed_code",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_code")),
    )
    op.create_index("ix_mailed_code_subject", "mailed_code", ["subject_id", "purpose"], unique=False)
    op.create_table(
        "process",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_process")),
    )
    op.create_index("ix_process_role", "process", ["role", "seen_at"], unique=False)
    op.create_table(
        "program",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abbreviation", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("hours_note", sa.Text(), server_default="", nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("price_note", sa.Text(), server_default="", nullable=False),
        sa.Column("prerequisites", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("where_graduates_may_work", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("not_permitted", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("duties", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("certifying_body", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_published", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_program_hours")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_program_price_cents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint("slug", name=op.f("uq_program_slug")),
    )
    op.create_table(
        "proven_address",
        sa.Column("email_normal", sa.Text(), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("email_normal", name=op.f("pk_proven_address")),
    )
    op.create_table(
        "public_link",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_public_link")),
    )
    op.create_index(op.f("ix_public_link_subject_id"), "public_link", ["subject_id"], unique=False)
    op.create_table(
        "reply_address",
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("letter_id", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_reply_address")),
    )
    op.create_index(op.f("ix_reply_address_subject_id"), "reply_address", ["subject_id"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("wants_outcome", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("poke_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pokes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("envelope_from", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("blob_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dot_intent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.UUID(), nullable=True),
        sa.Column("smtp_reply", sa.Text(), nullable=True),
        sa.Column("resend_of", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('queued', 'ready', 'sending', 'sent', 'delivered', 'bounced', 'cancelled', 'failed', 'unknown')",
            name=op.f("ck_letter_status"),
        ),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_letter_blob_sha256_blob")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_letter_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
    )
    op.create_index("ix_letter_created", "letter", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_letter_due",
        "letter",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'ready')"),
    )
    op.create_index("ix_letter_recipient", "letter", ["recipient", "kind", "created_at"], unique=False)
    op.create_index(
        "ix_letter_sending",
        "letter",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("status = 'sending'"),
    )
    op.create_index("ix_letter_subject", "letter", ["subject_id"], unique=False)
    op.create_index(
        "ix_letter_trouble",
        "letter",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('unknown', 'failed', 'bounced')"),
    )
    op.create_table(
        "program_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("doubt", sa.Text(), server_default="", nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("is_in_force", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint(
            "kind IN ('hours', 'renewal', 'certification', 'work', 'charges', 'practice')",
            name=op.f("ck_program_rule_kind"),
        ),
        sa.CheckConstraint(
            "effective_to IS NULL OR effective_to > effective_from", name=op.f("ck_program_rule_effective")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_program_rule_program_id_program")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_rule")),
    )
    op.create_index(
        "ix_program_rule_in_force",
        "program_rule",
        ["program_id"],
        unique=False,
        postgresql_where=sa.text("is_in_force"),
    )
    op.create_index(
        "uq_program_rule_source",
        "program_rule",
        ["program_id", "kind", "source", "effective_from"],
        unique=True,
    )
    op.create_table(
        "section",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("waitlist_limit", sa.Integer(), server_default="20", nullable=False),
        sa.Column("offer_valid_hours", sa.Integer(), server_default="24", nullable=False),
        sa.Column("is_sample", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_section_window")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_section_dates")),
        sa.CheckConstraint("offer_valid_hours BETWEEN 1 AND 336", name=op.f("ck_section_offer_valid_hours")),
        sa.CheckConstraint("waitlist_limit >= 0", name=op.f("ck_section_waitlist_limit")),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_section_program_id_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("code", name=op.f("uq_section_code")),
    )
    op.create_index("ix_section_program", "section", ["program_id", "starts_on", "id"], unique=False)
    op.create_index("ix_section_starts", "section", ["starts_on", "id"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bucket", sa.Text(), server_default="theory", nullable=False),
        sa.Column("topic", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("bucket IN ('theory', 'lab', 'clinical')", name=op.f("ck_meeting_bucket")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_meeting_times")),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_meeting_section_id_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    op.create_index("uq_meeting_number", "meeting", ["section_id", "number"], unique=True)
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_normal", sa.Text(), nullable=False),
        sa.Column("for_name", sa.Text(), server_default="", nullable=False),
        sa.Column("for_name_normal", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("inquiry", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="web", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("waitlisted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "source IN ('web', 'api', 'office', 'sample')", name=op.f("ck_registration_source")
        ),
        sa.CheckConstraint(
            "status IN ('held', 'confirmed', 'waitlisted', 'offered', 'cancelled', 'expired')",
            name=op.f("ck_registration_status"),
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_registration_section_id_section")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("reference", name=op.f("uq_registration_reference")),
    )
    op.create_index("ix_registration_email", "registration", ["email_normal"], unique=False)
    op.create_index("ix_registration_section", "registration", ["section_id", "status"], unique=False)
    op.create_index(
        "ix_registration_waiting",
        "registration",
        ["section_id", "waitlisted_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waitlisted'"),
    )
    op.create_index(
        "uq_registration_active",
        "registration",
        ["section_id", "email_normal", "for_name_normal"],
        unique=True,
        postgresql_where=sa.text("status IN ('held', 'confirmed', 'waitlisted', 'offered')"),
    )
    op.create_table(
        "section_seats",
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("overbooked", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_section_seats_capacity")),
        sa.CheckConstraint("overbooked >= 0", name=op.f("ck_section_seats_overbooked")),
        sa.CheckConstraint("taken BETWEEN 0 AND capacity + overbooked", name=op.f("ck_section_seats_taken")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_section_seats_section_id_section")
        ),
        sa.PrimaryKeyConstraint("section_id", name=op.f("pk_section_seats")),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'accepted', 'declined', 'expired', 'failed')", name=op.f("ck_offer_status")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_offer_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_offer_section_id_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index("ix_offer_letter", "offer", ["letter_id"], unique=False)
    op.create_index("ix_offer_section", "offer", ["section_id", "created_at"], unique=False)
    op.create_index(
        "uq_offer_open",
        "offer",
        ["registration_id"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )


def downgrade() -> None:
    """The tables as they were before."""
    for name in (
        "offer",
        "section_seats",
        "registration",
        "meeting",
        "section",
        "program_rule",
        "letter",
        "reply_address",
        "public_link",
        "proven_address",
        "program",
        "process",
        "mailed_code",
        "job",
        "idempotency",
        "blob",
        "audit",
        "access_token",
    ):
        op.drop_table(name)  # its indexes go with it
    op.execute("DROP SEQUENCE registration_reference")
