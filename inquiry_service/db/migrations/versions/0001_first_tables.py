"""First tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("inquiry_reference_seq", increment=20)))
    op.create_table(
        "access_token",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
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
        "sign_in_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address_block", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_block", "sign_in_attempt", ["address_block", "at"], unique=False)
    op.create_index("ix_sign_in_attempt_name", "sign_in_attempt", ["name_hash", "at"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_normal", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("has_keys", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email_normal", name=op.f("uq_staff_email_normal")),
    )
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asker_name", sa.Text(), nullable=False),
        sa.Column("asker_email", sa.Text(), nullable=False),
        sa.Column("asker_email_normal", sa.Text(), nullable=False),
        sa.Column("asker_phone", sa.Text(), nullable=True),
        sa.Column("program", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("consent_text", sa.Text(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("registration_reference", sa.Text(), nullable=True),
        sa.Column("is_address_proven", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("messages", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("opening", sa.Text(), server_default="", nullable=False),
        sa.Column("spam_score", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("spam_reasons", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("is_never_reached", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "last_message_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', reference || ' ' || asker_name || ' ' || asker_email || ' ' || coalesce(asker_phone, '') || ' ' || opening)",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('new', 'open', 'waiting', 'closed', 'quarantined', 'spam')",
            name=op.f("ck_inquiry_status"),
        ),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_inquiry_assignee_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("reference", name=op.f("uq_inquiry_reference")),
    )
    op.create_index("ix_inquiry_asker", "inquiry", ["asker_email_normal", "created_at"], unique=False)
    op.create_index(
        "ix_inquiry_closed",
        "inquiry",
        ["last_message_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'closed'"),
    )
    op.create_index("ix_inquiry_created", "inquiry", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_inquiry_for_us",
        "inquiry",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('new', 'open')"),
    )
    op.create_index(
        "ix_inquiry_mine",
        "inquiry",
        ["assignee_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('new', 'open')"),
    )
    op.create_index(
        "ix_inquiry_set_aside",
        "inquiry",
        ["last_message_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('quarantined', 'spam')"),
    )
    op.create_index(
        "ix_inquiry_waiting",
        "inquiry",
        ["last_message_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index("ix_inquiry_words", "inquiry", ["words"], unique=False, postgresql_using="gin")
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
        "password_reset",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_password_reset_staff_id_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_password_reset")),
    )
    op.create_table(
        "program_responsibility",
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_program_responsibility_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("program", "staff_id", name=op.f("pk_program_responsibility")),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_session")),
    )
    op.create_index(op.f("ix_staff_session_staff_id"), "staff_session", ["staff_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("sender_address", sa.Text(), nullable=True),
        sa.Column("is_verified", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("raw_mail_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('question', 'follow_up', 'answer', 'note', 'call')", name=op.f("ck_message_kind")
        ),
        sa.CheckConstraint("via IN ('form', 'api', 'link', 'mail', 'desk')", name=op.f("ck_message_via")),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_message_inquiry_id_inquiry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_message_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("inquiry_id", "position", name=op.f("uq_message_inquiry_id")),
    )
    op.create_index(
        "ix_message_staff_answers",
        "message",
        ["staff_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("kind = 'answer'"),
    )
    op.create_table(
        "raw_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("envelope_to", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="stored", nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('stored', 'filed', 'unfiled', 'unreadable')", name=op.f("ck_raw_mail_status")
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_raw_mail_inquiry_id_inquiry"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_raw_mail_sha256_blob")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raw_mail")),
        sa.UniqueConstraint("mailbox", "uidvalidity", "uid", name=op.f("uq_raw_mail_mailbox")),
        sa.UniqueConstraint("sha256", name=op.f("uq_raw_mail_sha256")),
    )
    op.create_index(
        "ix_raw_mail_unsettled",
        "raw_mail",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("status <> 'filed'"),
    )
    op.create_table(
        "reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_closing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("sendings", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("held_because", sa.Text(), nullable=True),
        sa.Column("status_before", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'queued', 'sent', 'held', 'failed', 'in_doubt', 'discarded')",
            name=op.f("ck_reply_status"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_reply_author_id_staff")),
        sa.ForeignKeyConstraint(["id"], ["message.id"], name=op.f("fk_reply_id_message"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_reply_inquiry_id_inquiry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
    )
    op.create_index(
        "ix_reply_held", "reply", ["changed_at"], unique=False, postgresql_where=sa.text("status = 'held'")
    )
    op.create_index(op.f("ix_reply_inquiry_id"), "reply", ["inquiry_id"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    for name in (
        "reply",
        "raw_mail",
        "message",
        "staff_session",
        "program_responsibility",
        "password_reset",
        "letter",
        "inquiry",
        "staff",
        "sign_in_attempt",
        "reply_address",
        "public_link",
        "process",
        "mailed_code",
        "job",
        "idempotency",
        "blob",
        "audit",
        "access_token",
    ):
        op.drop_table(name)  # its indexes go with it
    op.execute(sa.schema.DropSequence(sa.Sequence("inquiry_reference_seq")))
