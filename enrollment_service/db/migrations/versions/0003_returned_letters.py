"""returned letters"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Letters that came back, and the addresses they came back from."""
    op.add_column("letter", sa.Column("delayed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("letter", sa.Column("returned_mail_id", sa.UUID(), nullable=True))
    op.create_table(
        "dead_address",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.UUID(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_dead_address")),
    )


def downgrade() -> None:
    """Letters stay as they are; nobody knows which addresses are dead any more."""
    op.drop_table("dead_address")
    op.drop_column("letter", "returned_mail_id")
    op.drop_column("letter", "delayed_at")
