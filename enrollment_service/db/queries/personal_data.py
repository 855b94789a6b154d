"""What is held about one address, the duties that keep some of it, and the statements that empty the rest."""

from sqlalchemy import text

# A seat in a class that has begun is a record of the school's; an earlier withdrawal is not.
REGISTRATIONS = text("""
    SELECT registration.id, registration.reference, registration.status, registration.name, registration.for_name, registration.email,
           registration.phone, registration.inquiry, registration.source, registration.created_at, registration.confirmed_at,
           registration.ended_at, registration.ended_because, section.id AS section_id, section.title AS section_title,
           section.starts_on, section.ends_on, program.title AS program_title,
           status IN ('held', 'confirmed', 'waitlisted', 'offered') AND section.starts_on > current_date AS is_to_come,
           confirmed_at IS NOT NULL AND section.starts_on <= current_date
               AND (ended_at IS NULL OR ended_at >= section.starts_on) AS is_record
    FROM registration JOIN section ON section.id = registration.section_id JOIN program ON program.id = section.program_id
    WHERE email_normal = :address ORDER BY registration.created_at, registration.id
""")
LETTERS = text("""
    SELECT id, kind, status, subject, created_at, sent_at, blob_sha256, recipient FROM letter
    WHERE subject_id = ANY(:ids) OR recipient = ANY(:addresses) ORDER BY created_at, id
""")
DUTIES_IN_FORCE = text("""
    SELECT id, says, source, keep_years, effective_from, effective_to FROM record_duty
    WHERE effective_from <= current_date AND (effective_to IS NULL OR effective_to >= current_date) ORDER BY effective_from, id
""")
DUTIES = text(
    "SELECT id, says, source, keep_years, effective_from, effective_to FROM record_duty ORDER BY effective_from, id"
)
ADD_DUTY = text("""
    INSERT INTO record_duty (id, says, source, keep_years, effective_from)
    VALUES (:id, :says, :source, :keep_years, coalesce(CAST(:effective_from AS date), current_date))
""")
END_DUTY = text("""
    UPDATE record_duty SET effective_to = greatest(effective_from, current_date - 1) WHERE id = :id AND effective_to IS NULL RETURNING id
""")
ADDRESSES = text(
    "SELECT DISTINCT email_normal AS address FROM registration WHERE email_normal NOT LIKE '%@erased.invalid'"
)

ERASE = text("""
    UPDATE registration SET name = CASE WHEN id = ANY(:kept) THEN name ELSE '' END,
        for_name = CASE WHEN id = ANY(:kept) THEN for_name ELSE '' END,
        for_name_normal = CASE WHEN id = ANY(:kept) THEN for_name_normal ELSE '' END,
        email = id || '@erased.invalid', email_normal = id || '@erased.invalid', phone = '', inquiry = '', version = version + 1
    WHERE id = ANY(:ids)
""")
FORGET_PROOF = text("DELETE FROM proven_address WHERE email_normal = :address")
TODAY = text("SELECT current_date")
