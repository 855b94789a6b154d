"""scopes of tokens"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """A token says what it may do; those that are there may do what they did."""
    op.add_column(
        "access_token",
        sa.Column(
            "scopes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{read,write}'"), nullable=False
        ),
    )
    op.add_column("access_token", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_audit_person", "audit", ["person_id", "id"])


def downgrade() -> None:
    """Every token may do everything again."""
    op.drop_index("ix_audit_person", table_name="audit")
    op.drop_column("access_token", "last_used_at")
    op.drop_column("access_token", "scopes")
