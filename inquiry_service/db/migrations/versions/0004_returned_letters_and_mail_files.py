"""returned letters, and the files of mails"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Letters that came back, the addresses they came back from, and what mails brought."""
    op.add_column("letter", sa.Column("delayed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("letter", sa.Column("returned_mail_id", sa.UUID(), nullable=True))
    op.create_table(
        "dead_address",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.UUID(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_dead_address")),
    )
    op.create_table(
        "mail_file",
        sa.Column("raw_mail_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("is_shown_in_text", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["raw_mail_id"],
            ["raw_mail.id"],
            name=op.f("fk_mail_file_raw_mail_id_raw_mail"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_mail_file_sha256_blob")),
        sa.PrimaryKeyConstraint("raw_mail_id", "number", name=op.f("pk_mail_file")),
    )


def downgrade() -> None:
    """Letters stay as they are; nobody knows of the rest any more."""
    op.drop_table("mail_file")
    op.drop_table("dead_address")
    op.drop_column("letter", "returned_mail_id")
    op.drop_column("letter", "delayed_at")
