"""The public write in one statement, and the row that every change of a thread locks first."""

from sqlalchemy import text

from inquiry_service.db.queries.absences import AWAY, RESPONSIBLE

# Key first: a request that comes twice finds it, and nothing of the rest happens. A concurrent twin may get no row at all
# (its snapshot is older than the key): then REPLAY is read once.
SUBMIT = text(f"""
    WITH idem AS (
        INSERT INTO idempotency (scope, key, body_hash, answer)
        VALUES ('inquiry', :key, :body_hash, jsonb_build_object('id', CAST(:id AS text), 'reference', CAST(:reference AS text)))
        ON CONFLICT (scope, key) DO NOTHING RETURNING key
    ), inq AS (
        INSERT INTO inquiry (id, reference, status, asker_name, asker_email, asker_email_normal, asker_phone, program, source,
                             consent_text, registration_id, registration_reference, opening, heard, spam_score, spam_reasons, due_at)
        SELECT :id, :reference, :status, :name, :email, :email_normal, :phone, :program, :source,
               :consent_text, CAST(:registration_id AS uuid), :registration_reference, :opening,
               to_tsvector('simple', :beyond_opening), :spam_score,
               CAST(:spam_reasons AS text[]), :due_at
        FROM idem RETURNING id, status
    ), msg AS (
        INSERT INTO message (id, inquiry_id, position, kind, via, body, raw_mail_id)
        SELECT :message_id, id, 1, 'question', :via, :body, CAST(:raw_mail_id AS uuid) FROM inq
    ), ack AS (
        INSERT INTO letter (id, kind, subject_id, recipient, dedupe_key, request_id)
        SELECT :ack_id, 'acknowledgement', id, :email, 'ack:' || id, :request_id FROM inq WHERE status = 'new'
    ), notices AS (
        INSERT INTO letter (id, kind, subject_id, person_id, recipient, dedupe_key, request_id)
        SELECT gen_random_uuid(), 'notice', :message_id, staff.id, staff.email,
               'notice:' || CAST(:message_id AS text) || ':' || staff.id, :request_id
        FROM inq CROSS JOIN staff
        WHERE inq.status = 'new' AND staff.disabled_at IS NULL AND staff.id IN ({RESPONSIBLE.format(program=":program")})
    )
    SELECT true AS is_fresh, NULL::bytea AS body_hash, jsonb_build_object('id', CAST(:id AS text), 'reference', CAST(:reference AS text)) AS answer
    FROM inq
    UNION ALL
    SELECT false, body_hash, answer FROM idempotency
    WHERE scope = 'inquiry' AND key = :key AND NOT EXISTS (SELECT 1 FROM inq)
""")
REPLAY = text(
    "SELECT false AS is_fresh, body_hash, answer FROM idempotency WHERE scope = 'inquiry' AND key = :key"
)

LOCK = text("SELECT id FROM inquiry WHERE id = :id FOR UPDATE")

# A text-search vector holds a megabyte and raises beyond: a thread that long is no longer heard, and loses nothing else.
NEXT_POSITION = text("""
    UPDATE inquiry SET messages = messages + 1, last_message_at = now(),
           heard = CASE WHEN pg_column_size(heard) < 500000 THEN heard || to_tsvector('simple', CAST(:body AS text)) ELSE heard END,
           has_files = has_files OR EXISTS (SELECT 1 FROM mail_file WHERE raw_mail_id = CAST(:raw_mail_id AS uuid))
    WHERE id = :id RETURNING messages
""")

HAS_FILES = text("""
    UPDATE inquiry SET has_files = true
    WHERE id = :id AND EXISTS (SELECT 1 FROM mail_file WHERE raw_mail_id = :raw_mail_id)
""")

NOTIFY_RESPONSIBLE = text(f"""
    INSERT INTO letter (id, kind, subject_id, person_id, recipient, dedupe_key, request_id)
    SELECT gen_random_uuid(), 'notice', :message_id, staff.id, staff.email,
           'notice:' || CAST(:message_id AS text) || ':' || staff.id, CAST(:request_id AS text)
    FROM inquiry JOIN staff ON staff.disabled_at IS NULL AND (
        staff.id = coalesce((SELECT absence.colleague_id FROM absence WHERE absence.staff_id = inquiry.assignee_id AND {AWAY}),
                            inquiry.assignee_id)
        OR inquiry.assignee_id IS NULL AND staff.id IN ({RESPONSIBLE.format(program="inquiry.program")}))
    WHERE inquiry.id = :inquiry_id AND staff.id IS DISTINCT FROM CAST(:but AS uuid)
    ON CONFLICT (dedupe_key) DO NOTHING
""")

PROVE_ADDRESS = text("""
    UPDATE inquiry SET is_address_proven = true
    WHERE asker_email_normal = :email_normal AND NOT is_address_proven
""")

NEWER_THAN = text("""
    SELECT m.id, m.kind, m.body, m.created_at, m.position, m.staff_id FROM message m LEFT JOIN reply r ON r.id = m.id
    WHERE m.inquiry_id = :inquiry_id AND m.position > :position AND (m.staff_id IS NULL OR m.staff_id <> :author_id)
      AND (r.id IS NULL OR r.status IN ('queued', 'sent', 'in_doubt', 'failed'))
    ORDER BY m.position
""")

# What a thread says anew, after entries left it: all of its texts, and what those say that were merged into it.
HEAR_AGAIN = text("""
    UPDATE inquiry SET
        messages = coalesce((SELECT max(position) FROM message WHERE inquiry_id = inquiry.id), 0),
        has_files = EXISTS (SELECT 1 FROM message JOIN mail_file ON mail_file.raw_mail_id = message.raw_mail_id
                            WHERE message.inquiry_id = inquiry.id),
        heard = to_tsvector('simple', coalesce((
            SELECT left(string_agg(CASE WHEN position = 1 THEN substr(body, :opening + 1) ELSE left(body, :heard) END, ' '
                                   ORDER BY position), 400000)
            FROM message WHERE inquiry_id = inquiry.id AND position IS NOT NULL), ''))
    WHERE id = :id
""")
ALSO_HEAR = text("""
    UPDATE inquiry SET heard = inquiry.heard || other.words || other.heard, has_files = inquiry.has_files OR other.has_files
    FROM inquiry AS other WHERE inquiry.id = :id AND other.id = :other_id
      AND pg_column_size(inquiry.heard) + pg_column_size(other.heard) < 500000
""")
