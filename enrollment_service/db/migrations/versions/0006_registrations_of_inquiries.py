"""registrations of inquiries"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Seats that began with a question are found without the others."""
    op.create_index(
        "ix_registration_of_inquiry",
        "registration",
        ["created_at"],
        postgresql_where=sa.text("inquiry <> ''"),
    )


def downgrade() -> None:
    """They are found among all."""
    op.drop_index("ix_registration_of_inquiry", table_name="registration")
