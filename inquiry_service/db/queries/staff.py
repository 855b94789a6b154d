"""Sessions and attempts: read on every page of the desk, so each is one statement."""

from sqlalchemy import text

PERSON_OF_SESSION = text("""
    SELECT staff.id, staff.name, staff.email, staff.roles, staff_session.seen_at < now() - interval '5 minutes' AS is_stale
    FROM staff_session JOIN staff ON staff.id = staff_session.staff_id
    WHERE token_hash = :hash AND ended_at IS NULL AND expires_at > now() AND staff.disabled_at IS NULL
""")
SEEN = text("UPDATE staff_session SET seen_at = now() WHERE token_hash = :hash")
SESSIONS = text("""
    SELECT id, browser, created_at, seen_at, token_hash = :current AS is_this FROM staff_session
    WHERE staff_id = :staff_id AND ended_at IS NULL AND expires_at > now() ORDER BY seen_at DESC
""")
END_ONE_SESSION = text(
    "UPDATE staff_session SET ended_at = now() WHERE id = :id AND staff_id = :staff_id AND ended_at IS NULL RETURNING id"
)
END_SESSION = text("UPDATE staff_session SET ended_at = now() WHERE token_hash = :hash AND ended_at IS NULL")
END_ALL_SESSIONS = text(
    "UPDATE staff_session SET ended_at = now() WHERE staff_id = :staff_id AND ended_at IS NULL"
)
ATTEMPTS = text("""
    SELECT count(*) FILTER (WHERE name_hash = :name_hash) AS of_name,
           count(*) FILTER (WHERE name_hash = :name_hash AND address_block = :block) AS of_both,
           count(*) FILTER (WHERE address_block = :block) AS of_block
    FROM sign_in_attempt
    WHERE (name_hash = :name_hash OR address_block = :block) AND at > now() - make_interval(secs => :window_s)
""")
ATTEMPT = text("INSERT INTO sign_in_attempt (id, name_hash, address_block) VALUES (:id, :name_hash, :block)")
FORGET_ATTEMPTS = text(
    "DELETE FROM sign_in_attempt WHERE at < now() - interval '1 day' OR name_hash = :name_hash"
)
STANDING = text("""
    SELECT roles FROM staff WHERE id = :id AND disabled_at IS NULL
""")
REVOKE_ADDRESSES = text(
    "UPDATE reply_address SET revoked_at = now() WHERE person_id = :staff_id AND revoked_at IS NULL"
)
FREE_INQUIRIES = text(
    "UPDATE inquiry SET assignee_id = NULL WHERE assignee_id = :staff_id AND status <> 'closed'"
)
