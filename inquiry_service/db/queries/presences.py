"""Who reads and who writes in a thread: written and read in one statement, by the primary key."""

from sqlalchemy import text

FORGOTTEN_AFTER_S = 30
IS_THERE = f"presence.seen_at > now() - interval '{FORGOTTEN_AFTER_S} seconds'"

# the row of a thread that is not there is not written, and then nothing comes back; alone in a thread one gets a row without a name
BEAT = text(f"""
    WITH here AS (
        INSERT INTO presence (inquiry_id, staff_id) SELECT id, :staff_id FROM inquiry WHERE id = :inquiry_id
        ON CONFLICT (inquiry_id, staff_id) DO UPDATE SET seen_at = now() RETURNING inquiry_id
    )
    SELECT staff.name, coalesce(presence.typed_at > now() - interval '{FORGOTTEN_AFTER_S} seconds', FALSE) AS is_writing
    FROM here
    LEFT JOIN (presence JOIN staff ON staff.id = presence.staff_id)
           ON presence.inquiry_id = here.inquiry_id AND presence.staff_id <> :staff_id AND {IS_THERE}
    ORDER BY staff.name, staff.id LIMIT 20
""")

WRITES = text("""
    INSERT INTO presence (inquiry_id, staff_id, typed_at) VALUES (:inquiry_id, :staff_id, now())
    ON CONFLICT (inquiry_id, staff_id) DO UPDATE SET seen_at = now(), typed_at = now()
""")

IS_DONE = text(
    "UPDATE presence SET typed_at = NULL WHERE inquiry_id = :inquiry_id AND staff_id = :staff_id AND typed_at IS NOT NULL"
)

READERS_OF_ROW = f"""ARRAY(SELECT staff.name FROM presence JOIN staff ON staff.id = presence.staff_id
                 WHERE presence.inquiry_id = inquiry.id AND presence.staff_id <> :staff_id AND {IS_THERE} ORDER BY staff.name)"""

FORGET = text("DELETE FROM presence WHERE seen_at < now() - interval '10 minutes'")
