"""holding after a restore"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """One row here, and nobody takes work."""
    op.create_table(
        "holding",
        sa.Column("is_one", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.CheckConstraint("is_one", name=op.f("ck_holding_is_one")),
        sa.PrimaryKeyConstraint("is_one", name=op.f("pk_holding")),
    )


def downgrade() -> None:
    """Work goes on whatever was held."""
    op.drop_table("holding")
