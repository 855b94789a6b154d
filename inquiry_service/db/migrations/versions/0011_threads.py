"""threads: merge and split, tags, mentions, questions that staff took down"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_STATUSES = ("new", "open", "waiting", "closed", "quarantined", "spam")
_ROADS = ("form", "api", "link", "mail", "desk")


def _allow(table: str, column: str, values: Sequence[str]) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
    op.create_check_constraint(
        op.f(f"ck_{table}_{column}"), table, f"{column} IN ({', '.join(map(repr, values))})"
    )


def upgrade() -> None:
    """Two inquiries of one person can be one thread, and be taken apart; inquiries have tags, and notes name colleagues."""
    _allow("inquiry", "status", (*_STATUSES, "merged"))
    _allow("message", "via", (*_ROADS, "phone", "walk_in"))
    op.add_column("inquiry", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column("inquiry", sa.Column("opened_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_inquiry_merged_into_id_inquiry"),
        "inquiry",
        "inquiry",
        ["merged_into_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_foreign_key(op.f("fk_inquiry_opened_by_id_staff"), "inquiry", "staff", ["opened_by_id"], ["id"])
    op.create_index(
        "ix_inquiry_merged",
        "inquiry",
        ["merged_into_id"],
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.add_column("message", sa.Column("place", sa.Float(), nullable=True))
    op.add_column("message", sa.Column("origin_id", sa.Uuid(), nullable=True))
    op.add_column("message", sa.Column("event", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("about_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_raw_mail_inquiry",
        "raw_mail",
        ["inquiry_id"],
        postgresql_where=sa.text("inquiry_id IS NOT NULL"),
    )
    _merges()
    _tags()
    _mentions()


def _merges() -> None:
    op.create_table(
        "inquiry_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survivor_id"],
            ["inquiry.id"],
            name=op.f("fk_inquiry_merge_survivor_id_inquiry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["inquiry.id"], name=op.f("fk_inquiry_merge_merged_id_inquiry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_inquiry_merge_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_merge")),
    )
    op.create_index(op.f("ix_inquiry_merge_survivor_id"), "inquiry_merge", ["survivor_id"])
    op.create_index(op.f("ix_inquiry_merge_merged_id"), "inquiry_merge", ["merged_id"])
    op.create_index(
        "uq_inquiry_merge_standing",
        "inquiry_merge",
        ["merged_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def _tags() -> None:
    op.create_table(
        "tag",
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_tag")),
    )
    op.create_table(
        "inquiry_tag",
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_inquiry_tag_inquiry_id_inquiry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["word"], ["tag.word"], name=op.f("fk_inquiry_tag_word_tag")),
        sa.PrimaryKeyConstraint("inquiry_id", "word", name=op.f("pk_inquiry_tag")),
    )
    op.create_index("ix_inquiry_tag_word", "inquiry_tag", ["word", "inquiry_id"])


def _mentions() -> None:
    op.create_table(
        "mention",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_mention_message_id_message"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_mention_staff_id_staff")),
        sa.PrimaryKeyConstraint("message_id", "staff_id", name=op.f("pk_mention")),
    )
    op.create_index(
        "ix_mention_unseen",
        "mention",
        ["staff_id", "message_id"],
        postgresql_where=sa.text("seen_at IS NULL"),
    )


def downgrade() -> None:
    """No tags and no mentions; what was merged is closed, and stays in the thread that it went into."""
    op.drop_table("mention")
    op.drop_table("inquiry_tag")
    op.drop_table("tag")
    op.drop_table("inquiry_merge")
    op.drop_index("ix_raw_mail_inquiry", table_name="raw_mail")
    for name in ("about_id", "event", "origin_id", "place"):
        op.drop_column("message", name)
    op.execute("UPDATE message SET via = 'desk' WHERE via IN ('phone', 'walk_in')")
    op.execute("UPDATE inquiry SET status = 'closed', closed_at = now() WHERE status = 'merged'")
    op.drop_index("ix_inquiry_merged", table_name="inquiry")
    op.drop_column("inquiry", "opened_by_id")
    op.drop_column("inquiry", "merged_into_id")
    _allow("message", "via", _ROADS)
    _allow("inquiry", "status", _STATUSES)
