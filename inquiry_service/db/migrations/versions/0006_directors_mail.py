"""snoozes, and why a director's mail was held"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """An inquiry can be put off; a mail can say why what it asks for was not done."""
    op.add_column("inquiry", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_inquiry_snoozed",
        "inquiry",
        ["snoozed_until", "id"],
        unique=False,
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.add_column("raw_mail", sa.Column("held_because", sa.Text(), nullable=True))


def downgrade() -> None:
    """What was put off is due as it was."""
    op.drop_column("raw_mail", "held_because")
    op.drop_index(
        "ix_inquiry_snoozed", table_name="inquiry", postgresql_where=sa.text("snoozed_until IS NOT NULL")
    )
    op.drop_column("inquiry", "snoozed_until")
