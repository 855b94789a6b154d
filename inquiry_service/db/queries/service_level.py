"""The school's hours and what it promises in one read; the open inquiries that a change of them moves; and times to be measured."""

from sqlalchemy import text

READ = text("""
    SELECT now() AS at,
        (SELECT jsonb_build_object('within', answer_within_min, 'has_reminders', has_reminders) FROM service_level) AS school,
        (SELECT jsonb_object_agg(program, answer_within_min) FROM program_level) AS programs,
        (SELECT jsonb_agg(jsonb_build_array(weekday, opens_min, closes_min) ORDER BY weekday, opens_min) FROM opening_hours) AS week,
        (SELECT jsonb_agg(jsonb_build_array(day, name, opens_min, closes_min) ORDER BY day) FROM holiday) AS holidays
""")

SAVE_SCHOOL = text("""
    INSERT INTO service_level (id, answer_within_min, has_reminders) VALUES (1, :within, :has_reminders)
    ON CONFLICT (id) DO UPDATE SET answer_within_min = excluded.answer_within_min, has_reminders = excluded.has_reminders
""")
SAVE_PROGRAM = text("""
    INSERT INTO program_level (program, answer_within_min) VALUES (:program, :within)
    ON CONFLICT (program) DO UPDATE SET answer_within_min = excluded.answer_within_min
""")
SAVE_HOLIDAY = text("""
    INSERT INTO holiday (day, name, opens_min, closes_min) VALUES (:day, :name, :opens_min, :closes_min)
    ON CONFLICT (day) DO UPDATE SET name = excluded.name, opens_min = excluded.opens_min, closes_min = excluded.closes_min
""")

DUE_LATER = text("""
    SELECT id, program, due_from, due_at FROM inquiry
    WHERE status IN ('new', 'open') AND due_at > now()
      AND (CAST(:after_at AS timestamptz) IS NULL OR (due_at, id) > (CAST(:after_at AS timestamptz), CAST(:after_id AS uuid)))
    ORDER BY due_at, id LIMIT :limit
""")
DUE_ANEW = text("""
    UPDATE inquiry SET due_at = anew.due_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:were AS timestamptz[]), CAST(:due AS timestamptz[])) AS anew (id, was, due_at)
    WHERE inquiry.id = anew.id AND inquiry.status IN ('new', 'open') AND inquiry.due_at = anew.was
""")

UNMEASURED = text("""
    SELECT id, created_at, first_answered_at, closed_at FROM inquiry
    WHERE first_answered_at IS NOT NULL AND first_response_s IS NULL OR closed_at IS NOT NULL AND resolution_s IS NULL
    ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
# Who gave the first answer: the last human entry of ours that was out by then.
MEASURED = text("""
    UPDATE inquiry SET
        first_response_s = coalesce(inquiry.first_response_s, measured.response_s),
        first_response_open_s = coalesce(inquiry.first_response_open_s, measured.response_open_s),
        resolution_s = coalesce(inquiry.resolution_s, measured.resolution_s),
        resolution_open_s = coalesce(inquiry.resolution_open_s, measured.resolution_open_s),
        first_answered_by = coalesce(inquiry.first_answered_by, (
            SELECT message.staff_id FROM message LEFT JOIN reply ON reply.id = message.id
            WHERE message.inquiry_id = inquiry.id AND message.position IS NOT NULL AND message.kind IN ('answer', 'call')
              AND coalesce(reply.sent_at, message.created_at) <= inquiry.first_answered_at
            ORDER BY coalesce(reply.sent_at, message.created_at) DESC LIMIT 1))
    FROM unnest(CAST(:ids AS uuid[]), CAST(:response_s AS int[]), CAST(:response_open_s AS int[]),
                CAST(:resolution_s AS int[]), CAST(:resolution_open_s AS int[]))
         AS measured (id, response_s, response_open_s, resolution_s, resolution_open_s)
    WHERE inquiry.id = measured.id
""")
