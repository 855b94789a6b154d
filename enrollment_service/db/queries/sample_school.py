"""Statements that load the sample school. What is there stays."""

from sqlalchemy import text

ADD_PROGRAM = text("""
    INSERT INTO program (id, slug, title, abbreviation, summary, description, hours, hours_note, price_cents, price_note,
                         prerequisites, where_graduates_may_work, not_permitted, duties, certifying_body, position)
    VALUES (:id, :slug, :title, :abbreviation, :summary, :description, :hours, :hours_note, :price_cents, :price_note,
            :prerequisites, :where_graduates_may_work, :not_permitted, :duties, :certifying_body, :position)
    ON CONFLICT (slug) DO NOTHING
""")
ADD_RULE = text("""
    INSERT INTO program_rule (id, program_id, kind, text, source, doubt, effective_from, effective_to, is_in_force)
    SELECT CAST(:id AS uuid), id, :kind, :text, :source, :doubt, CAST(:effective_from AS date), CAST(:effective_to AS date), :is_in_force
    FROM program WHERE slug = :slug
    ON CONFLICT DO NOTHING
""")
# one of a pattern is enough, as long as it is still to begin
ADD_SECTION = text("""
    INSERT INTO section (id, program_id, code, title, starts_on, ends_on, time_zone, place, price_cents, opens_at, closes_at,
                         waitlist_limit, is_sample)
    SELECT CAST(:id AS uuid), program.id, :code, :title, CAST(:starts_on AS date), CAST(:ends_on AS date), :time_zone, :place,
           program.price_cents, now() - interval '30 days', CAST(:closes_at AS timestamptz), :waitlist_limit, true
    FROM program
    WHERE program.slug = :program AND NOT EXISTS (
        SELECT 1 FROM section WHERE code LIKE :pattern AND closes_at > now() + interval '2 days')
    ON CONFLICT (code) DO NOTHING RETURNING id
""")
ADD_SEATS = text("INSERT INTO section_seats (section_id, capacity) VALUES (:section_id, :capacity)")
ADD_MEETING = text("""
    INSERT INTO meeting (id, section_id, number, starts_at, ends_at, bucket, topic)
    VALUES (:id, :section_id, :number, :starts_at, :ends_at, :bucket, :topic)
""")
