"""Which open questions come near their deadline, and who is to hear of it."""

from sqlalchemy import text

from inquiry_service.db.queries.absences import AWAY

NEAR = text("""
    SELECT inquiry.id, inquiry.program, inquiry.due_at, inquiry.assignee_id,
           (SELECT coalesce(max(stage), 0) FROM reminder
            WHERE reminder.inquiry_id = inquiry.id AND reminder.due_at = inquiry.due_at) AS reached
    FROM inquiry
    WHERE status IN ('new', 'open') AND snoozed_until IS NULL AND due_at > now() AND due_at <= :horizon
    ORDER BY due_at, id LIMIT :limit
""")
PEOPLE = text(f"""
    SELECT staff.id, staff.email, 'director' = ANY(staff.roles) AS is_director, absence.colleague_id,
           ARRAY(SELECT program FROM program_responsibility WHERE staff_id = staff.id) AS programs
    FROM staff LEFT JOIN absence ON absence.staff_id = staff.id AND {AWAY}
    WHERE staff.disabled_at IS NULL ORDER BY staff.id
""")
NOTE = text("""
    INSERT INTO reminder (id, inquiry_id, due_at, stage, staff_id, round_id)
    SELECT gen_random_uuid(), told.inquiry_id, told.due_at, told.stage, :staff_id, :round_id
    FROM unnest(CAST(:inquiry_ids AS uuid[]), CAST(:due AS timestamptz[]), CAST(:stages AS int[])) AS told (inquiry_id, due_at, stage)
    ON CONFLICT DO NOTHING RETURNING inquiry_id
""")
# What of a letter's questions still waits, and for the same deadline.
OF_ROUND = text("""
    SELECT inquiry.id, inquiry.reference, inquiry.asker_name, inquiry.program, inquiry.due_at, reminder.stage,
           (SELECT name FROM staff WHERE staff.id = inquiry.assignee_id) AS assignee_name
    FROM reminder JOIN inquiry ON inquiry.id = reminder.inquiry_id AND inquiry.due_at = reminder.due_at
    WHERE reminder.round_id = :round_id AND reminder.staff_id = :staff_id AND inquiry.status IN ('new', 'open')
      AND inquiry.snoozed_until IS NULL
    ORDER BY inquiry.due_at, inquiry.id LIMIT :limit
""")
FORGET = text("DELETE FROM reminder WHERE created_at < now() - interval '90 days'")

# The day of the installation did not begin with it: it is noted, and has no digest.
BEGIN_DAY = text("""
    WITH before AS (
        SELECT digested_on FROM service_level
    ), begun AS (
        INSERT INTO service_level (id, digested_on) VALUES (1, :day)
        ON CONFLICT (id) DO UPDATE SET digested_on = excluded.digested_on
        WHERE service_level.digested_on IS NULL OR service_level.digested_on < excluded.digested_on RETURNING id
    )
    SELECT begun.id FROM begun JOIN before ON before.digested_on IS NOT NULL
""")
# No more than a thousand are counted: beyond, a number helps nobody.
UNANSWERED = text("""
    SELECT count(*) AS number, count(*) FILTER (WHERE due_at <= now()) AS overdue,
           count(*) FILTER (WHERE assignee_id IS NULL) AS nobodys, count(*) FILTER (WHERE assignee_id = :staff_id) AS theirs
    FROM (SELECT due_at, assignee_id FROM inquiry WHERE status IN ('new', 'open') AND snoozed_until IS NULL
          ORDER BY due_at, id LIMIT 1000) AS few
""")
OLDEST = text("""
    SELECT id, reference, asker_name, program, due_at, created_at,
           (SELECT name FROM staff WHERE staff.id = assignee_id) AS assignee_name
    FROM inquiry WHERE status IN ('new', 'open') AND snoozed_until IS NULL ORDER BY due_at, id LIMIT :limit
""")
DIGEST_READERS = text(f"""
    SELECT staff.id, staff.email FROM staff
    WHERE staff.disabled_at IS NULL AND staff.has_digest AND 'director' = ANY(staff.roles)
      AND NOT EXISTS (SELECT 1 FROM absence WHERE absence.staff_id = staff.id AND {AWAY})
    ORDER BY staff.id
""")
