"""The line: who waits for a section, in the order of their coming. Every writer here holds the section's counter row."""

from sqlalchemy import text

# clock_timestamp, not now(): the lock may have been awaited, and the line is in the order of the lock
JOIN_LINE = text("""
    WITH line AS (
        SELECT count(*) AS length FROM registration WHERE section_id = :section_id AND status = 'waitlisted'
    ), claim AS (
        INSERT INTO registration (id, reference, section_id, status, name, email, email_normal, for_name, for_name_normal,
                                  phone, inquiry, source, waitlisted_at)
        SELECT CAST(:id AS uuid), :reference, section.id, 'waitlisted', :name, :email, :email_normal, :for_name,
               :for_name_normal, :phone, :inquiry, :source, clock_timestamp()
        FROM section, line
        WHERE section.id = :section_id AND NOT section.is_cancelled AND line.length < section.waitlist_limit
          AND (:at_any_time OR now() >= section.opens_at AND now() < section.closes_at)
        RETURNING id
    ), owed AS (
        INSERT INTO letter (id, kind, subject_id, recipient, dedupe_key, request_id)
        SELECT CAST(:letter_id AS uuid), 'waitlisted', id, :email, 'waitlisted:' || id, :request_id
        FROM claim WHERE :writes_letter
    ), kept AS (
        INSERT INTO idempotency (scope, key, body_hash, answer)
        SELECT :scope, :key, :body_hash, CAST(:answer AS jsonb) || jsonb_build_object('position', line.length + 1)
        FROM claim, line
    )
    SELECT claim.id, line.length + 1 AS position FROM claim, line
""")

POSITION = text("""
    SELECT count(*) AS position
    FROM registration AS mine JOIN registration AS ahead
      ON ahead.section_id = mine.section_id AND ahead.status = 'waitlisted'
     AND (ahead.waitlisted_at, ahead.id) <= (mine.waitlisted_at, mine.id)
    WHERE mine.id = :registration_id AND mine.status = 'waitlisted'
""")
