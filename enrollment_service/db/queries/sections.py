"""Reads of dated offerings with their live seats."""

from sqlalchemy import text

_COLUMNS = """
    section.id, section.code, section.title, section.starts_on, section.ends_on, section.time_zone, section.place,
    section.price_cents, section.opens_at, section.closes_at, section.is_cancelled, section.waitlist_limit,
    section.offer_valid_hours, program.slug AS program, program.title AS program_title,
    program.abbreviation AS program_abbreviation, program.prerequisites,
    seats.capacity, seats.overbooked, seats.taken, greatest(seats.capacity - seats.taken, 0) AS seats_left,
    (SELECT count(*) FROM registration
      WHERE registration.section_id = section.id AND registration.status = 'waitlisted') AS waiting,
    NOT section.is_cancelled AND now() >= section.opens_at AND now() < section.closes_at AS is_open
"""
_JOINS = "section JOIN section_seats AS seats ON seats.section_id = section.id JOIN program ON program.id = section.program_id"

SHOW = text(f"SELECT {_COLUMNS} FROM {_JOINS} WHERE section.id = :section_id")

PAGE = text(f"""
    SELECT * FROM (SELECT {_COLUMNS} FROM {_JOINS} WHERE program.is_published) AS listed
    WHERE (CAST(:program AS text) IS NULL OR program = :program)
      AND (CAST(:is_open AS boolean) IS NULL OR is_open = :is_open)
      AND (CAST(:after_day AS date) IS NULL OR (starts_on, id) > (CAST(:after_day AS date), CAST(:after_id AS uuid)))
    ORDER BY starts_on, id LIMIT :limit
""")

UPCOMING = text(f"""
    SELECT {_COLUMNS} FROM {_JOINS}
    WHERE section.ends_on >= (now() AT TIME ZONE section.time_zone)::date - :days_past
    ORDER BY section.starts_on, section.id LIMIT 500
""")

MEETINGS = text("""
    SELECT id, section_id, number, starts_at, ends_at, bucket, topic FROM meeting
    WHERE section_id = ANY(:section_ids) ORDER BY section_id, number
""")
