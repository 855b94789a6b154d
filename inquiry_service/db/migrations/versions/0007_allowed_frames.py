"""sites that may show the form in a frame"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Nobody may, until a director says who."""
    op.create_table(
        "allowed_frame",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("added_by", sa.UUID(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name=op.f("fk_allowed_frame_added_by_staff")),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_allowed_frame")),
    )


def downgrade() -> None:
    """Nobody may any more."""
    op.drop_table("allowed_frame")
