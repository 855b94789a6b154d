"""privacy: who was erased, and what the law makes the school keep"""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FIRST = {
    "says": "A licensed school keeps, for each student: agreement, dates, attendance, payments, refunds, certificates, and a permanent transcript.",
    "source": "OAC 565:10-11-4 (Oklahoma; other states are similar)",
    "effective_from": date(2000, 1, 1),
}


def upgrade() -> None:
    """The safe side: until the school says otherwise, registrations of classes that have begun stay."""
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("repeated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("erased", postgresql.JSONB(), nullable=False),
        sa.Column("kept", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index("ix_erasure_erased", "erasure", ["erased_at", "id"])
    duties = op.create_table(
        "record_duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("keep_years", sa.Integer(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from", name=op.f("ck_record_duty_effective")
        ),
        sa.CheckConstraint(
            "keep_years IS NULL OR keep_years BETWEEN 1 AND 200", name=op.f("ck_record_duty_keep_years")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_duty")),
    )
    op.bulk_insert(duties, [{"id": "00000000-0000-7000-8000-000000000001", **_FIRST}])


def downgrade() -> None:
    """Nobody knows any more who was erased: what is restored later stays."""
    op.drop_table("record_duty")
    op.drop_table("erasure")
