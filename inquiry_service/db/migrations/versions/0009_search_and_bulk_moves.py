"""search and bulk moves"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Every entry of a thread can be found, names also when they are mistyped, and what was done to many can be undone."""
    op.add_column(
        "inquiry", sa.Column("heard", postgresql.TSVECTOR(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "inquiry", sa.Column("has_files", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index("ix_inquiry_found", "inquiry", [sa.text("(words || heard)")], postgresql_using="gin")
    op.drop_index("ix_inquiry_words", table_name="inquiry")
    op.create_index(
        "ix_inquiry_phone",
        "inquiry",
        [sa.literal_column("reverse(regexp_replace(asker_phone, '[^0-9]', '', 'g'))").label("digits")],
        postgresql_ops={"digits": "text_pattern_ops"},
        postgresql_where=sa.text("asker_phone IS NOT NULL"),
    )
    op.create_index(
        "ix_inquiry_with_files", "inquiry", ["created_at", "id"], postgresql_where=sa.text("has_files")
    )
    op.create_index(
        "ix_inquiry_assigned",
        "inquiry",
        ["assignee_id", "created_at", "id"],
        postgresql_where=sa.text("assignee_id IS NOT NULL"),
    )
    op.create_index(
        "ix_inquiry_never_reached", "inquiry", ["due_at", "id"], postgresql_where=sa.text("is_never_reached")
    )
    op.create_table(
        "name_word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("grams", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_name_word")),
    )
    op.create_index("ix_name_word_grams", "name_word", ["grams"], postgresql_using="gin")
    op.create_table(
        "name_learning",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_name_learning_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_learning")),
    )
    op.create_table(
        "bulk_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_bulk_move_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_move")),
    )
    op.create_table(
        "bulk_moved",
        sa.Column("bulk_move_id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_move_id"],
            ["bulk_move.id"],
            name=op.f("fk_bulk_moved_bulk_move_id_bulk_move"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_bulk_moved_inquiry_id_inquiry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulk_move_id", "inquiry_id", name=op.f("pk_bulk_moved")),
    )
    op.create_index("ix_bulk_moved_inquiry", "bulk_moved", ["inquiry_id"])


def downgrade() -> None:
    """The search reads the openings alone again."""
    op.drop_table("bulk_moved")
    op.drop_table("bulk_move")
    op.drop_table("name_learning")
    op.drop_table("name_word")
    for name in ("never_reached", "assigned", "with_files", "phone"):
        op.drop_index(f"ix_inquiry_{name}", table_name="inquiry")
    op.create_index("ix_inquiry_words", "inquiry", ["words"], postgresql_using="gin")
    op.drop_index("ix_inquiry_found", table_name="inquiry")
    op.drop_column("inquiry", "has_files")
    op.drop_column("inquiry", "heard")
