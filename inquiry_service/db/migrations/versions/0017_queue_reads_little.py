"""the queue reads little"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _mine(**more: Any) -> None:
    op.drop_index("ix_inquiry_mine", "inquiry")
    op.create_index(
        "ix_inquiry_mine",
        "inquiry",
        ["assignee_id", "due_at", "id"],
        postgresql_where=sa.text("status IN ('new', 'open')"),
        **more,
    )


def upgrade() -> None:
    """What waits in quarantine, for an asker or for us is counted from indexes alone, and drafts are found without all answers."""
    _mine(postgresql_include=["snoozed_until"])
    op.create_index(
        "ix_inquiry_quarantined", "inquiry", ["id"], postgresql_where=sa.text("status = 'quarantined'")
    )
    op.drop_index("ix_inquiry_waiting", "inquiry")
    op.create_index(
        "ix_inquiry_waiting",
        "inquiry",
        ["last_message_at", "id"],
        postgresql_where=sa.text("status = 'waiting' AND snoozed_until IS NULL"),
    )
    op.create_index(
        "ix_reply_draft", "reply", ["author_id", "inquiry_id"], postgresql_where=sa.text("status = 'draft'")
    )


def downgrade() -> None:
    """They look at everything again."""
    _mine()
    op.drop_index("ix_reply_draft", "reply")
    op.drop_index("ix_inquiry_waiting", "inquiry")
    op.create_index(
        "ix_inquiry_waiting",
        "inquiry",
        ["last_message_at", "id"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.drop_index("ix_inquiry_quarantined", "inquiry")
