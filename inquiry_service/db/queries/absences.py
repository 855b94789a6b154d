"""Who is away and who has their work: handed over when it begins, and back, if nobody touched it, when it ends."""

from sqlalchemy import text

AWAY = "absence.ended_at IS NULL AND absence.away_from <= now() AND absence.away_until > now()"

# Those who answer for a program, or whoever covers them meanwhile.
RESPONSIBLE = f"""
    SELECT coalesce(absence.colleague_id, program_responsibility.staff_id)
    FROM program_responsibility LEFT JOIN absence ON absence.staff_id = program_responsibility.staff_id AND {AWAY}
    WHERE program IN ('', coalesce({{program}}, ''))
"""
COVERED = f"SELECT absence.staff_id FROM absence WHERE absence.colleague_id = :staff_id AND {AWAY}"

BEGIN = text("""
    UPDATE absence SET begun_at = now()
    WHERE id = :id AND begun_at IS NULL AND ended_at IS NULL AND away_from <= now() AND away_until > now()
    RETURNING staff_id, colleague_id
""")
HAND_OVER = text("""
    WITH theirs AS (
        SELECT id FROM inquiry WHERE assignee_id = :staff_id AND status IN ('new', 'open', 'waiting') ORDER BY id FOR UPDATE
    ), handed AS (
        UPDATE inquiry SET assignee_id = :colleague_id WHERE id IN (SELECT id FROM theirs) RETURNING id
    ), noted AS (
        INSERT INTO audit (person_name, action, subject_id, details)
        SELECT :by, 'inquiry_assigned', id, jsonb_build_object('to', CAST(:colleague_id AS text), 'because', 'away') FROM handed
    )
    INSERT INTO handed_over (absence_id, inquiry_id) SELECT :id, id FROM handed RETURNING inquiry_id
""")
END = text("""
    UPDATE absence SET ended_at = now()
    WHERE id = :id AND ended_at IS NULL AND (away_until <= now() OR CAST(:early AS boolean)) RETURNING staff_id, colleague_id
""")
HAND_BACK = text("""
    WITH untouched AS (
        SELECT inquiry.id FROM handed_over JOIN inquiry ON inquiry.id = handed_over.inquiry_id
        WHERE handed_over.absence_id = :id AND inquiry.assignee_id = :colleague_id AND inquiry.status IN ('new', 'open', 'waiting')
          AND EXISTS (SELECT 1 FROM staff WHERE staff.id = :staff_id AND staff.disabled_at IS NULL)
          AND NOT EXISTS (SELECT 1 FROM message
                          WHERE message.inquiry_id = inquiry.id AND message.staff_id IS NOT NULL AND message.created_at >= handed_over.at)
        ORDER BY inquiry.id FOR UPDATE OF inquiry
    ), back AS (
        UPDATE inquiry SET assignee_id = :staff_id WHERE id IN (SELECT id FROM untouched) RETURNING id
    )
    INSERT INTO audit (person_name, action, subject_id, details)
    SELECT :by, 'inquiry_assigned', id, jsonb_build_object('to', CAST(:staff_id AS text), 'because', 'back') FROM back
    RETURNING subject_id
""")
# The person's own absence, and those of the colleagues whose work they have, with how many questions wait of it.
AROUND_SQL = """
    SELECT absence.id, absence.staff_id, absence.colleague_id, absence.away_from, absence.away_until, absence.begun_at,
           away.name AS name, colleague.name AS colleague_name,
           (SELECT count(*) FROM handed_over JOIN inquiry ON inquiry.id = handed_over.inquiry_id
            WHERE handed_over.absence_id = absence.id AND inquiry.assignee_id = absence.colleague_id
              AND inquiry.status IN ('new', 'open')) AS waiting
    FROM absence JOIN staff AS away ON away.id = absence.staff_id JOIN staff AS colleague ON colleague.id = absence.colleague_id
    WHERE absence.ended_at IS NULL AND (absence.staff_id = :staff_id OR absence.colleague_id = :staff_id AND absence.begun_at IS NOT NULL)
    ORDER BY absence.away_from, absence.id
"""
AROUND = text(AROUND_SQL)
END_ALL_OF = text(
    "UPDATE absence SET ended_at = now() WHERE ended_at IS NULL AND (staff_id = :staff_id OR colleague_id = :staff_id)"
)
