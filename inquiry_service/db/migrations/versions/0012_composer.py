"""composer"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, MOMENT, server_default=sa.text("now()"), nullable=False)


def _cascading(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def _of_staff(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}_staff"))


def upgrade() -> None:
    """A reply keeps its facts, its files, its time and the texts it had; there are saved replies, and answers that are like others."""
    op.add_column("reply", sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column(
        "reply", sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column("reply", sa.Column("scheduled_at", MOMENT, nullable=True))
    op.create_index("ix_reply_sent", "reply", ["sent_at", "id"], postgresql_where=sa.text("status = 'sent'"))
    op.add_column(
        "inquiry",
        sa.Column("is_snoozed_for_answer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("inquiry", sa.Column("back_because", sa.Text(), nullable=True))
    op.create_table(
        "draft_version",
        sa.Column("reply_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _now("saved_at"),
        _cascading("draft_version", "reply_id", "reply"),
        sa.PrimaryKeyConstraint("reply_id", "number", name=op.f("pk_draft_version")),
    )
    op.create_table(
        "reply_file",
        sa.Column("reply_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        _cascading("reply_file", "reply_id", "reply"),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_reply_file_sha256_blob")),
        sa.PrimaryKeyConstraint("reply_id", "number", name=op.f("pk_reply_file")),
    )
    op.create_table(
        "registration_link",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        _now("created_at"),
        sa.Column("expires_at", MOMENT, nullable=False),
        _cascading("registration_link", "inquiry_id", "inquiry"),
        _of_staff("registration_link", "made_by"),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_registration_link")),
    )
    op.create_index(op.f("ix_registration_link_inquiry_id"), "registration_link", ["inquiry_id"])
    op.create_table(
        "saved_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        _now("created_at"),
        _now("changed_at"),
        sa.Column("archived_at", MOMENT, nullable=True),
        _of_staff("saved_reply", "owner_id"),
        _of_staff("saved_reply", "written_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_reply")),
    )
    for name, condition in (("offered", "archived_at IS NULL"), ("archived", "archived_at IS NOT NULL")):
        op.create_index(
            f"ix_saved_reply_{name}", "saved_reply", ["title", "id"], postgresql_where=sa.text(condition)
        )
    op.add_column("reply", sa.Column("saved_reply_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_reply_saved_reply_id_saved_reply"), "reply", "saved_reply", ["saved_reply_id"], ["id"]
    )
    op.create_table(
        "answered_question",
        sa.Column("reply_id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("program", sa.Text(), nullable=True),
        sa.Column("language", postgresql.REGCONFIG(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        _cascading("answered_question", "reply_id", "reply"),
        _cascading("answered_question", "inquiry_id", "inquiry"),
        sa.PrimaryKeyConstraint("reply_id", name=op.f("pk_answered_question")),
    )
    op.create_index(op.f("ix_answered_question_inquiry_id"), "answered_question", ["inquiry_id"])
    op.create_index("ix_answered_question_words", "answered_question", ["words"], postgresql_using="gin")
    op.create_index("ix_answered_question_sent", "answered_question", ["sent_at"])


def downgrade() -> None:
    """Answers go without files and facts again, and at once."""
    op.drop_column("reply", "saved_reply_id")
    for table in ("answered_question", "saved_reply", "registration_link", "reply_file", "draft_version"):
        op.drop_table(table)
    op.drop_column("inquiry", "back_because")
    op.drop_column("inquiry", "is_snoozed_for_answer")
    op.drop_index("ix_reply_sent", table_name="reply")
    for name in ("scheduled_at", "facts", "version"):
        op.drop_column("reply", name)
