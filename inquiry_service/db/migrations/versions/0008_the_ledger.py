"""the ledger"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """What does not add up has a place; a mail says what filing took it for, and those filed before say so."""
    op.create_table(
        "ledger_finding",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("examples", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ledger_finding")),
    )
    op.add_column("raw_mail", sa.Column("verdict", sa.Text(), nullable=True, server_default="earlier"))
    op.alter_column("raw_mail", "verdict", server_default=None)


def downgrade() -> None:
    """Nothing of the mails themselves is lost."""
    op.drop_column("raw_mail", "verdict")
    op.drop_table("ledger_finding")
