"""The statements that move the counter of a section's seats. There are no others.

The counter's row is the lock: whoever changes who sits or waits in a section holds it, by an UPDATE or by `LOCK`.
"""

from sqlalchemy import text

# Under READ COMMITTED a second taker waits for the row and then looks at `taken` again, so the last seat goes once.
# `prior` comes first: a repeated request changes nothing and reads its answer. Of two at once with the same key the
# loser runs into a unique index, which takes its seat back with everything else.
TAKE_SEAT = text("""
    WITH prior AS MATERIALIZED (
        SELECT body_hash, answer FROM idempotency WHERE scope = :scope AND key = :key
    ), open_section AS (
        SELECT id FROM section
        WHERE id = CAST(:section_id AS uuid) AND NOT is_cancelled
          AND (:at_any_time OR now() >= opens_at AND now() < closes_at)
          AND NOT EXISTS (SELECT 1 FROM prior)
    ), seat AS (
        UPDATE section_seats AS seats
        SET taken = seats.taken + 1,
            overbooked = seats.overbooked + CASE WHEN seats.taken < seats.capacity THEN 0 ELSE 1 END
        FROM open_section
        WHERE seats.section_id = open_section.id AND (seats.taken < seats.capacity OR :overbook)
        RETURNING seats.section_id
    ), claim AS (
        INSERT INTO registration (id, reference, section_id, status, name, email, email_normal, for_name, for_name_normal,
                                  phone, inquiry, source, confirmed_at)
        SELECT CAST(:id AS uuid), :reference, section_id, 'confirmed', :name, :email, :email_normal, :for_name,
               :for_name_normal, :phone, :inquiry, :source, now()
        FROM seat RETURNING id
    ), owed AS (
        INSERT INTO letter (id, kind, subject_id, recipient, dedupe_key, request_id)
        SELECT CAST(:letter_id AS uuid), 'confirmation', id, :email, 'confirmation:' || id, :request_id
        FROM claim WHERE :writes_letter
    ), kept AS (
        INSERT INTO idempotency (scope, key, body_hash, answer)
        SELECT :scope, :key, :body_hash, CAST(:answer AS jsonb) FROM claim
    )
    SELECT true AS is_fresh, CAST(:body_hash AS bytea) AS body_hash, CAST(:answer AS jsonb) AS answer FROM claim
    UNION ALL
    SELECT false, body_hash, answer FROM prior
""")

LOCK = text("""
    SELECT section_id, capacity, overbooked, taken, greatest(capacity - taken, 0) AS free
    FROM section_seats WHERE section_id = :section_id FOR UPDATE
""")

# A freed seat pays back an overbooked one before anybody else gets it.
FREE_SEAT = text("""
    UPDATE section_seats SET taken = taken - 1, overbooked = greatest(overbooked - 1, 0)
    WHERE section_id = :section_id AND taken > 0 RETURNING taken
""")

# The same condition as TAKE_SEAT, for somebody who is already registered: the longest waiting.
OFFER_SEAT = text("""
    WITH longest_waiting AS (
        SELECT registration.id, registration.email
        FROM registration JOIN section ON section.id = registration.section_id
        WHERE registration.section_id = :section_id AND registration.status = 'waitlisted' AND NOT section.is_cancelled
          AND now() < section.starts_on::timestamp AT TIME ZONE section.time_zone
        ORDER BY registration.waitlisted_at, registration.id LIMIT 1
        FOR UPDATE OF registration
    ), seat AS (
        UPDATE section_seats AS seats SET taken = seats.taken + 1
        FROM longest_waiting
        WHERE seats.section_id = :section_id AND seats.taken < seats.capacity
        RETURNING longest_waiting.id, longest_waiting.email
    ), claim AS (
        UPDATE registration SET status = 'offered', version = version + 1
        FROM seat WHERE registration.id = seat.id AND registration.status = 'waitlisted'
        RETURNING registration.id, registration.section_id, seat.email
    ), owed AS (
        INSERT INTO letter (id, kind, subject_id, recipient, dedupe_key, wants_outcome, request_id)
        SELECT CAST(:letter_id AS uuid), 'offer', id, email, 'offer:' || CAST(:offer_id AS text), true, CAST(:request_id AS text)
        FROM claim
    )
    INSERT INTO offer (id, registration_id, section_id, letter_id)
    SELECT CAST(:offer_id AS uuid), id, section_id, CAST(:letter_id AS uuid) FROM claim
    RETURNING id, registration_id
""")

SET_CAPACITY = text("""
    UPDATE section_seats SET capacity = :capacity, overbooked = greatest(taken - :capacity, 0)
    WHERE section_id = :section_id RETURNING capacity, overbooked, taken
""")

# What each seat is doing, for the sentence that explains a refusal.
SEAT_TRUTH = text("""
    SELECT section.id, section.title, section.time_zone, section.opens_at, section.closes_at, section.is_cancelled,
           section.waitlist_limit, seats.capacity, seats.overbooked, seats.taken, now() AS now,
           count(*) FILTER (WHERE registration.status = 'confirmed') AS confirmed,
           count(*) FILTER (WHERE registration.status = 'held') AS held,
           count(*) FILTER (WHERE registration.status = 'offered') AS offered,
           count(*) FILTER (WHERE registration.status = 'waitlisted') AS waiting,
           min(registration.held_until) FILTER (WHERE registration.status = 'held') AS held_until
    FROM section
    JOIN section_seats AS seats ON seats.section_id = section.id
    LEFT JOIN registration ON registration.section_id = section.id
         AND registration.status IN ('held', 'confirmed', 'waitlisted', 'offered')
    WHERE section.id = :section_id
    GROUP BY section.id, seats.section_id
""")
