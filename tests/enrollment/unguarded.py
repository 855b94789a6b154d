"""The seat's statement without its guard, and the table's second guard: for negative controls."""

from sqlalchemy import TextClause, text

from enrollment_service.db.queries import seating as statements

GUARD = "AND (seats.taken < seats.capacity OR :overbook)"
DROP_CHECK = "ALTER TABLE section_seats DROP CONSTRAINT ck_section_seats_taken"
CHECK = """
    ALTER TABLE section_seats ADD CONSTRAINT ck_section_seats_taken CHECK (taken BETWEEN 0 AND capacity + overbooked)
"""


def unguarded() -> TextClause:
    """TAKE_SEAT as somebody would write it who forgot that seats are limited."""
    counts_extras = "seats.overbooked + CASE WHEN seats.taken < seats.capacity THEN 0 ELSE 1 END"
    statement = statements.TAKE_SEAT.text
    assert GUARD in statement
    assert counts_extras in statement
    return text(
        statement.replace(GUARD, "AND (true OR :overbook)").replace(counts_extras, "seats.overbooked")
    )
