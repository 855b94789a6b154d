"""reports by saved reply"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Sent answers that began with a saved reply are found by their time."""
    op.create_index(
        "ix_reply_saved",
        "reply",
        ["sent_at"],
        postgresql_include=["saved_reply_id", "inquiry_id"],
        postgresql_where=sa.text("status = 'sent' AND saved_reply_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Reports read every answer of the time again."""
    op.drop_index("ix_reply_saved", "reply")
