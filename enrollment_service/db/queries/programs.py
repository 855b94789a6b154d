"""Reads of what is taught."""

from sqlalchemy import text

LIST = text("SELECT * FROM program WHERE is_published ORDER BY position, title, id")
SHOW = text("SELECT * FROM program WHERE slug = :slug AND is_published")
RULES = text("""
    SELECT id, program_id, kind, text, source, doubt, effective_from, effective_to, is_in_force FROM program_rule
    WHERE program_id = ANY(:program_ids) ORDER BY kind, is_in_force DESC, effective_from, id
""")
