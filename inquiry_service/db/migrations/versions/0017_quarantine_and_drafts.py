"""quarantine and drafts"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """What waits in quarantine is counted without all that ever was spam, and drafts are found without all that ever was answered."""
    op.create_index(
        "ix_inquiry_quarantined", "inquiry", ["id"], postgresql_where=sa.text("status = 'quarantined'")
    )
    op.create_index(
        "ix_reply_draft", "reply", ["author_id", "inquiry_id"], postgresql_where=sa.text("status = 'draft'")
    )


def downgrade() -> None:
    """Both look at everything again."""
    op.drop_index("ix_reply_draft", "reply")
    op.drop_index("ix_inquiry_quarantined", "inquiry")
