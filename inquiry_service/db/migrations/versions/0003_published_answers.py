"""published answers"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Answers that anybody may read."""
    op.create_table(
        "published_answer",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("program", sa.Text(), nullable=True),
        sa.Column("language", postgresql.REGCONFIG(), nullable=False),
        sa.Column("published_by", sa.UUID(), nullable=False),
        sa.Column(
            "published_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector(language, question), 'A') || setweight(to_tsvector(language, answer), 'B')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["staff.id"], name=op.f("fk_published_answer_published_by_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_answer")),
    )
    op.create_index(
        "ix_published_answer_words",
        "published_answer",
        ["words"],
        postgresql_using="gin",
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index("ix_published_answer_published", "published_answer", ["published_at", "id"])


def downgrade() -> None:
    """They are gone."""
    op.drop_table("published_answer")
