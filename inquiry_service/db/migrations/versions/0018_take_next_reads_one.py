"""take next reads one"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Who is next stands first in an index of just those whom nobody has: the others are neither read nor sorted."""
    op.create_index(
        "ix_inquiry_take",
        "inquiry",
        ["due_at", "id"],
        postgresql_where=sa.text(
            "status IN ('new', 'open') AND assignee_id IS NULL AND snoozed_until IS NULL"
        ),
    )


def downgrade() -> None:
    """All whom nobody has are read, and sorted."""
    op.drop_index("ix_inquiry_take", "inquiry")
