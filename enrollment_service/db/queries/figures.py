"""Figures for the sibling's reports: which questions led to a seat, and how full sections are."""

from sqlalchemy import text

REGISTERED_INQUIRIES = text("""
    SELECT DISTINCT inquiry AS reference FROM registration
    WHERE inquiry <> '' AND created_at >= :from_on AND confirmed_at IS NOT NULL ORDER BY inquiry LIMIT :limit
""")
FILL = text("""
    SELECT section.code, section.title, program.slug AS program, section.starts_on, seats.capacity + seats.overbooked AS seats, seats.taken,
           (SELECT count(*) FROM registration WHERE registration.section_id = section.id AND registration.status = 'waitlisted') AS waiting
    FROM section JOIN program ON program.id = section.program_id JOIN section_seats AS seats ON seats.section_id = section.id
    WHERE section.starts_on >= :from_on AND section.starts_on <= :to_on AND NOT section.is_cancelled
    ORDER BY section.starts_on, section.id LIMIT :limit
""")
