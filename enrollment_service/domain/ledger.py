"""What must add up in this service: letters, jobs, and the letter that every registration is owed."""

from shared.ledger import AT_REST, LETTER_CHECKS, Check

CHECKS = (
    *LETTER_CHECKS,
    Check(
        "posts_without_registration",
        "form posts that were answered, and have no registration",
        f"""SELECT key AS id FROM idempotency WHERE scope = 'registration' AND answer ? 'id'
            AND created_at > now() - make_interval(days => :days) AND created_at < now() - {AT_REST}
            AND NOT EXISTS (SELECT 1 FROM registration WHERE registration.id = CAST(answer ->> 'id' AS uuid))""",
    ),
    Check(
        "registrations_unanswered",
        "registrations that owe their student a letter",
        f"""SELECT reference AS id FROM registration
            WHERE created_at > now() - make_interval(days => :days) AND created_at < now() - {AT_REST}
            AND NOT EXISTS (SELECT 1 FROM letter WHERE dedupe_key IN ('confirmation:' || registration.id, 'waitlisted:' || registration.id))""",
    ),
)
