"""Statements about offers. Each change is guarded by `status = 'open'`, so an answer and a deadline cannot overwrite each other."""

from sqlalchemy import text

# The offer runs out at the section's first day at the latest.
START_CLOCK = text("""
    UPDATE offer SET expires_at = least(now() + make_interval(hours => section.offer_valid_hours),
                                        section.starts_on::timestamp AT TIME ZONE section.time_zone)
    FROM section
    WHERE section.id = offer.section_id AND offer.id = :offer_id AND offer.status = 'open' AND offer.expires_at IS NULL
    RETURNING offer.id, offer.expires_at
""")

BY_LETTER = text("""
    WITH RECURSIVE sent_as AS (
        SELECT id, resend_of FROM letter WHERE id = :letter_id
        UNION ALL
        SELECT letter.id, letter.resend_of FROM letter JOIN sent_as ON letter.id = sent_as.resend_of
    )
    SELECT offer.id, offer.registration_id, offer.section_id, offer.status
    FROM offer JOIN sent_as ON offer.letter_id = sent_as.id
""")

SHOW = text(
    "SELECT id, registration_id, section_id, status, expires_at, now() AS now FROM offer WHERE id = :offer_id"
)

# An acceptance counts only while the deadline is ahead; the expiry only when it is behind.
SETTLE = text("""
    UPDATE offer SET status = :status, settled_at = now()
    WHERE id = :offer_id AND status = 'open'
      AND CASE WHEN :status = 'accepted' THEN expires_at IS NULL OR expires_at > now()
               WHEN :status = 'expired' THEN expires_at <= now()
               ELSE true END
    RETURNING id, registration_id, section_id
""")

SETTLE_OF_REGISTRATION = text("""
    UPDATE offer SET status = 'declined', settled_at = now()
    WHERE registration_id = :registration_id AND status = 'open' RETURNING id, letter_id
""")
