"""privacy: who was erased, and inquiries that say nothing any more"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Rows that were emptied say when; and what belongs to one address is found by an index."""
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
    op.add_column("inquiry", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_inquiry_erasable",
        "inquiry",
        ["status", "last_message_at", "id"],
        postgresql_where=sa.text(
            "erased_at IS NULL AND status IN ('waiting', 'closed', 'quarantined', 'spam')"
        ),
    )
    op.create_index(
        "ix_message_sender",
        "message",
        [sa.literal_column("lower(sender_address)").label("sender")],
        postgresql_where=sa.text("sender_address IS NOT NULL"),
    )
    op.create_index(
        "ix_raw_mail_sender",
        "raw_mail",
        [sa.literal_column("lower(sender)").label("address")],
        postgresql_where=sa.text("sender IS NOT NULL"),
    )


def downgrade() -> None:
    """Nobody knows any more who was erased: what is restored later stays."""
    op.drop_index("ix_raw_mail_sender", table_name="raw_mail")
    op.drop_index("ix_message_sender", table_name="message")
    op.drop_index("ix_inquiry_erasable", table_name="inquiry")
    op.drop_column("inquiry", "erased_at")
    op.drop_table("erasure")
