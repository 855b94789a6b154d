"""service level"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MEASURES = ("first_response_s", "first_response_open_s", "resolution_s", "resolution_open_s")
_REPORTED = [
    "status",
    "program",
    "source",
    "assignee_id",
    "first_answered_at",
    "first_answered_by",
    *_MEASURES,
    "reference",
]
_UNMEASURED = "first_answered_at IS NOT NULL AND first_response_s IS NULL OR closed_at IS NOT NULL AND resolution_s IS NULL"


def upgrade() -> None:
    """The school's hours are rows, and how long answers took is kept. What was answered before is measured by a job, in batches."""
    _add_levels()
    _add_absences()
    op.add_column(
        "inquiry",
        sa.Column("due_from", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("inquiry", sa.Column("first_answered_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_inquiry_first_answered_by_staff"), "inquiry", "staff", ["first_answered_by"], ["id"]
    )
    for name in _MEASURES:
        op.add_column("inquiry", sa.Column(name, sa.Integer(), nullable=True))
    op.execute("UPDATE inquiry SET due_from = last_message_at WHERE status IN ('new', 'open')")
    op.create_index("ix_inquiry_reported", "inquiry", ["created_at"], postgresql_include=_REPORTED)
    op.create_index(
        "ix_inquiry_answered",
        "inquiry",
        ["first_answered_at"],
        postgresql_where=sa.text("first_answered_at IS NOT NULL"),
    )
    op.create_index("ix_inquiry_unmeasured", "inquiry", ["id"], postgresql_where=sa.text(_UNMEASURED))
    op.add_column(
        "staff", sa.Column("has_digest", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )


def _add_levels() -> None:
    op.create_table(
        "service_level",
        sa.Column("id", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("answer_within_min", sa.Integer(), server_default=sa.text("120"), nullable=False),
        sa.Column("has_reminders", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("digested_on", sa.Date(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_service_level_one")),
        sa.CheckConstraint("answer_within_min > 0", name=op.f("ck_service_level_within")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_level")),
    )
    op.create_table(
        "program_level",
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("answer_within_min", sa.Integer(), nullable=False),
        sa.CheckConstraint("answer_within_min > 0", name=op.f("ck_program_level_within")),
        sa.PrimaryKeyConstraint("program", name=op.f("pk_program_level")),
    )
    op.create_table(
        "opening_hours",
        sa.Column("weekday", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("opens_min", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("closes_min", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.CheckConstraint(
            "opens_min >= 0 AND opens_min < closes_min AND closes_min <= 1440",
            name=op.f("ck_opening_hours_span"),
        ),
        sa.PrimaryKeyConstraint("weekday", "opens_min", name=op.f("pk_opening_hours")),
    )
    op.create_table(
        "holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("opens_min", sa.SmallInteger(), nullable=True),
        sa.Column("closes_min", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "(opens_min IS NULL) = (closes_min IS NULL)"
            " AND coalesce(opens_min >= 0 AND opens_min < closes_min AND closes_min <= 1440, true)",
            name=op.f("ck_holiday_span"),
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holiday")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_reminder_inquiry_id_inquiry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reminder_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("inquiry_id", "due_at", "stage", "staff_id", name=op.f("uq_reminder_inquiry_id")),
    )
    op.create_index(op.f("ix_reminder_round_id"), "reminder", ["round_id"])
    op.create_index("ix_reminder_created", "reminder", ["created_at"])


def _add_absences() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("away_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("away_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "away_from < away_until AND staff_id <> colleague_id", name=op.f("ck_absence_sense")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_absence_staff_id_staff")),
        sa.ForeignKeyConstraint(["colleague_id"], ["staff.id"], name=op.f("fk_absence_colleague_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(
        "uq_absence_open", "absence", ["staff_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(op.f("ix_absence_colleague_id"), "absence", ["colleague_id"])
    op.create_table(
        "handed_over",
        sa.Column("absence_id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["absence_id"], ["absence.id"], name=op.f("fk_handed_over_absence_id_absence"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_handed_over_inquiry_id_inquiry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("absence_id", "inquiry_id", name=op.f("pk_handed_over")),
    )
    op.create_index("ix_handed_over_inquiry", "handed_over", ["inquiry_id"])


def downgrade() -> None:
    """Nine to five again, for everybody."""
    op.drop_column("staff", "has_digest")
    for name in ("unmeasured", "answered", "reported"):
        op.drop_index(f"ix_inquiry_{name}", table_name="inquiry")
    for name in (*_MEASURES, "first_answered_by", "due_from"):
        op.drop_column("inquiry", name)
    for table in (
        "handed_over",
        "absence",
        "reminder",
        "holiday",
        "opening_hours",
        "program_level",
        "service_level",
    ):
        op.drop_table(table)
