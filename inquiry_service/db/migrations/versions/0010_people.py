"""people: second factor, sessions that can be told apart, scopes of tokens"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """A session says where it is from, a token what it may do, and an account may ask for a code."""
    op.add_column("staff", sa.Column("totp_secret", sa.Text(), nullable=True))
    op.add_column("staff", sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("totp_last_step", sa.BigInteger(), nullable=True))
    op.add_column("staff", sa.Column("signature", sa.Text(), server_default="", nullable=False))
    op.add_column("staff", sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "staff_session",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.create_unique_constraint(op.f("uq_staff_session_id"), "staff_session", ["id"])
    op.add_column("staff_session", sa.Column("browser", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "access_token",
        sa.Column(
            "scopes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{read,write}'"), nullable=False
        ),
    )
    op.add_column("access_token", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_code_staff_id_staff")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"])
    op.create_table(
        "sign_in_step",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sign_in_step_staff_id_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_step")),
    )
    op.create_index("ix_audit_person", "audit", ["person_id", "id"])
    op.create_index(op.f("ix_sign_in_step_staff_id"), "sign_in_step", ["staff_id"])


def downgrade() -> None:
    """The second factor is gone; passwords alone open again."""
    op.drop_index("ix_audit_person", table_name="audit")
    op.drop_table("sign_in_step")
    op.drop_table("recovery_code")
    op.drop_column("access_token", "last_used_at")
    op.drop_column("access_token", "scopes")
    op.drop_column("staff_session", "browser")
    op.drop_constraint(op.f("uq_staff_session_id"), "staff_session")
    op.drop_column("staff_session", "id")
    for name in ("invited_at", "signature", "totp_last_step", "totp_since", "totp_secret"):
        op.drop_column("staff", name)
