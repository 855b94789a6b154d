"""Statements about one claim: finding it, and moving it by guarded updates. None touches the counter."""

from sqlalchemy import text

_COLUMNS = """
    registration.id, registration.reference, registration.section_id, registration.status, registration.name,
    registration.email, registration.email_normal, registration.for_name, registration.phone, registration.inquiry,
    registration.source, registration.created_at, registration.waitlisted_at, registration.confirmed_at,
    registration.ended_at, registration.ended_because, registration.version,
    section.title AS section_title, section.starts_on, section.time_zone, section.place, section.price_cents,
    section.offer_valid_hours, program.slug AS program, program.title AS program_title,
    program.abbreviation AS program_abbreviation,
    offer.id AS offer_id, offer.expires_at AS offer_expires_at, offer.created_at AS offered_at,
    EXISTS (SELECT 1 FROM proven_address WHERE proven_address.email_normal = registration.email_normal) AS is_proven
"""
_JOINS = """
    registration JOIN section ON section.id = registration.section_id JOIN program ON program.id = section.program_id
    LEFT JOIN offer ON offer.registration_id = registration.id AND offer.status = 'open'
"""

SHOW = text(f"SELECT {_COLUMNS} FROM {_JOINS} WHERE registration.id = :registration_id")

SHOW_BY_LINK = text(f"""
    SELECT {_COLUMNS} FROM public_link
    JOIN {_JOINS.replace("registration JOIN", "registration ON registration.id = public_link.subject_id JOIN", 1)}
    WHERE public_link.secret_hash = :secret_hash AND public_link.revoked_at IS NULL
      AND (public_link.expires_at IS NULL OR public_link.expires_at > now())
""")

SHOW_BY_REPLY_ADDRESS = text("""
    SELECT registration.id AS registration_id, registration.reference, program.slug AS program,
           section.title AS section_title, registration.name, registration.email
    FROM reply_address
    JOIN registration ON registration.id = reply_address.subject_id
    JOIN section ON section.id = registration.section_id JOIN program ON program.id = section.program_id
    WHERE reply_address.address_hash = :address_hash AND reply_address.purpose <> 'bounce' AND reply_address.revoked_at IS NULL
      AND (reply_address.expires_at IS NULL OR reply_address.expires_at > now())
""")

ROSTER = text(f"""
    SELECT {_COLUMNS} FROM {_JOINS}
    WHERE registration.section_id = :section_id AND registration.status IN ('held', 'confirmed', 'waitlisted', 'offered')
    ORDER BY registration.status = 'waitlisted', registration.waitlisted_at, registration.created_at, registration.id
""")

ENDED = text(f"""
    SELECT {_COLUMNS} FROM {_JOINS}
    WHERE registration.section_id = :section_id AND registration.status IN ('cancelled', 'expired')
    ORDER BY registration.ended_at DESC, registration.id LIMIT 50
""")

ACTIVE_OF_PERSON = text("""
    SELECT id, reference, status FROM registration
    WHERE section_id = :section_id AND email_normal = :email_normal AND for_name_normal = :for_name_normal
      AND status IN ('held', 'confirmed', 'waitlisted', 'offered')
""")

ACTIVE_OF_ADDRESS = text(f"""
    SELECT {_COLUMNS} FROM {_JOINS}
    WHERE registration.email_normal = :email_normal
      AND registration.status IN ('held', 'confirmed', 'waitlisted', 'offered')
    ORDER BY section.starts_on, registration.created_at, registration.id LIMIT 20
""")

ALL_OF_ADDRESS = text("""
    SELECT registration.reference, registration.status, section.id AS section_id, section.title AS section_title, section.starts_on
    FROM registration JOIN section ON section.id = registration.section_id
    WHERE registration.email_normal = :email_normal
    ORDER BY registration.created_at DESC, registration.id DESC LIMIT 10
""")

LINKS_SENT_LATELY = text("""
    SELECT count(*) FROM letter
    WHERE recipient = :email AND kind = 'my_links' AND created_at > now() - interval '1 hour'
""")

SECTION_OF = text("SELECT section_id FROM registration WHERE id = :registration_id")

END = text("""
    UPDATE registration SET status = :status, ended_at = now(), ended_because = :because, version = version + 1
    FROM (SELECT id, status AS was FROM registration WHERE id = :registration_id FOR UPDATE) AS before
    WHERE registration.id = before.id AND before.was = ANY(:from_statuses)
    RETURNING registration.id, registration.section_id, registration.email, before.was
""")

CONFIRM = text("""
    UPDATE registration SET status = 'confirmed', confirmed_at = now(), version = version + 1
    WHERE id = :registration_id AND status = :from_status RETURNING id, section_id, email
""")

EARLIER_ANSWER = text("SELECT body_hash, answer FROM idempotency WHERE scope = :scope AND key = :key")

PROVE_ADDRESS = text("""
    INSERT INTO proven_address (email_normal) VALUES (:email_normal) ON CONFLICT (email_normal) DO NOTHING
""")
MARK_LINK_USED = text(
    "UPDATE public_link SET used_at = now() WHERE secret_hash = :secret_hash AND used_at IS NULL"
)

TRY_CODE = text("""
    UPDATE mailed_code SET tries = tries + 1, used_at = CASE WHEN code_hash = :code_hash THEN now() END
    WHERE id = (SELECT id FROM mailed_code WHERE subject_id = :subject_id AND purpose = :purpose
                  AND used_at IS NULL AND expires_at > now() AND tries < :tries_limit
                ORDER BY created_at DESC, id DESC LIMIT 1 FOR UPDATE)
    RETURNING code_hash = :code_hash AS is_right, :tries_limit - tries AS tries_left
""")

CODES_ASKED = text("""
    SELECT count(*) AS asked, max(created_at) AS last_at FROM letter
    WHERE subject_id = :subject_id AND kind = 'cancel_code' AND created_at > now() - interval '1 hour'
""")
