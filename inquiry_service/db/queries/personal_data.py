"""What is held about one address, and the statements that empty it. Rows stay for the counts; what a person said or is called goes.

Bytes are emptied and not deleted: their SHA-256 stays, so the same mail that a mail server still has does not come in again.
"""

from sqlalchemy import text

INQUIRIES = text("""
    SELECT id, reference, status, asker_name, asker_email, asker_phone, program, source, consent_text, created_at, registration_reference
    FROM inquiry WHERE asker_email_normal = :address ORDER BY created_at, id
""")
INQUIRIES_BY_ID = text(
    "SELECT id, reference, asker_name, asker_email FROM inquiry WHERE id = ANY(:ids) ORDER BY id"
)
LOCK = text("SELECT id FROM inquiry WHERE asker_email_normal = :address ORDER BY id FOR UPDATE")
IDS_TO_LOCK = text("SELECT id FROM inquiry WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
MESSAGES = text("""
    SELECT message.inquiry_id, message.id, message.kind, message.via, message.body, message.created_at, message.sender_address,
           staff.name AS staff_name, reply.status AS reply_status
    FROM message LEFT JOIN staff ON staff.id = message.staff_id LEFT JOIN reply ON reply.id = message.id
    WHERE message.inquiry_id = ANY(:ids) AND (position IS NOT NULL) ORDER BY message.inquiry_id, position
""")
ELSEWHERE = text("""
    SELECT message.id, message.body, message.created_at, inquiry.reference FROM message JOIN inquiry ON inquiry.id = message.inquiry_id
    WHERE (lower(sender_address) = :address OR origin_id = ANY(:ids)) AND NOT inquiry_id = ANY(:ids) ORDER BY message.created_at
""")
RAW_MAILS = text("""
    SELECT id, sha256, inquiry_id, subject, received_at FROM raw_mail
    WHERE inquiry_id = ANY(:ids) OR lower(sender) = :address ORDER BY received_at, id
""")
FILES = text("SELECT raw_mail_id, number, name, sha256 FROM mail_file WHERE raw_mail_id = ANY(:raw_ids)")
LETTERS = text("""
    SELECT id, kind, status, subject, created_at, sent_at, blob_sha256, recipient FROM letter
    WHERE subject_id IN (SELECT unnest(CAST(:ids AS uuid[])) UNION SELECT id FROM message WHERE inquiry_id = ANY(:ids))
       OR subject_id = ANY(:elsewhere) OR recipient = ANY(:addresses)
    ORDER BY created_at, id
""")
WORKS_HERE = text("SELECT 1 FROM staff WHERE email_normal = :address")
ADDRESSES = text(
    "SELECT DISTINCT asker_email_normal AS address FROM inquiry WHERE erased_at IS NULL AND asker_email_normal <> ''"
)
SENDERS = text("SELECT DISTINCT lower(sender) AS address FROM raw_mail WHERE sender <> ''")

ERASE_INQUIRIES = text("""
    UPDATE inquiry SET asker_name = '(erased)', asker_email = id || '@erased.invalid', asker_email_normal = id || '@erased.invalid',
        asker_phone = NULL, source = NULL, consent_text = NULL, opening = '', heard = '', is_never_reached = false, snoozed_until = NULL,
        status = CASE WHEN status IN ('quarantined', 'spam', 'merged') THEN status ELSE 'closed' END,
        closed_at = coalesce(closed_at, now()), erased_at = now()
    WHERE id = ANY(:ids) AND erased_at IS NULL RETURNING id
""")
ERASE_MESSAGES = text(
    "UPDATE message SET body = '', sender_address = NULL WHERE inquiry_id = ANY(:ids) RETURNING id"
)
ERASE_ELSEWHERE = text(
    "UPDATE message SET body = '', sender_address = NULL WHERE id = ANY(:ids) RETURNING id"
)
HEAR_AGAIN = text("""
    UPDATE inquiry SET heard = coalesce((
        SELECT to_tsvector('simple', left(string_agg(body, ' ' ORDER BY position), 200000)) FROM message WHERE inquiry_id = inquiry.id), '')
    WHERE id IN (SELECT inquiry_id FROM message WHERE id = ANY(:ids))
""")
DISCARD_REPLIES = text("""
    UPDATE reply SET status = 'discarded', changed_at = now()
    WHERE inquiry_id = ANY(:ids) AND status IN ('draft', 'queued', 'held', 'failed', 'in_doubt')
""")
ERASE_RAW_MAILS = text("""
    UPDATE raw_mail SET sender = NULL, subject = NULL, excerpt = NULL, envelope_to = NULL, error = NULL, held_because = NULL,
        status = CASE WHEN status IN ('stored', 'unfiled', 'unreadable') THEN 'filed' ELSE status END, verdict = 'erased'
    WHERE id = ANY(:ids) RETURNING id
""")
FORGET_COMPOSED = (
    text("DELETE FROM registration_link WHERE inquiry_id = ANY(:ids)"),
    text("DELETE FROM answered_question WHERE inquiry_id = ANY(:ids)"),
    text("DELETE FROM draft_version WHERE reply_id IN (SELECT id FROM reply WHERE inquiry_id = ANY(:ids))"),
    text("DELETE FROM inquiry_tag WHERE inquiry_id = ANY(:ids)"),
    text("UPDATE reply SET facts = '[]' WHERE inquiry_id = ANY(:ids)"),
)
DELETE_REPLY_FILES = text(
    "DELETE FROM reply_file WHERE reply_id IN (SELECT id FROM reply WHERE inquiry_id = ANY(:ids)) RETURNING sha256"
)
DELETE_FILES = text("DELETE FROM mail_file WHERE raw_mail_id = ANY(:raw_ids) RETURNING sha256")
EMPTY_BYTES = text("UPDATE blob SET bytes = '' WHERE sha256 = ANY(:sums)")
EMPTY_UNUSED_BYTES = text("""
    UPDATE blob SET bytes = '' WHERE sha256 = ANY(:sums)
       AND NOT EXISTS (SELECT 1 FROM mail_file WHERE mail_file.sha256 = blob.sha256)
       AND NOT EXISTS (SELECT 1 FROM reply_file WHERE reply_file.sha256 = blob.sha256)
""")
FORGET_NAMES = text("""
    DELETE FROM name_word WHERE word = ANY(:words)
       AND NOT EXISTS (SELECT 1 FROM inquiry WHERE (words || heard) @@ websearch_to_tsquery('simple', name_word.word))
""")

WITH_MERGED = text("""
    WITH RECURSIVE part AS (
        SELECT id FROM inquiry WHERE id = ANY(:ids)
        UNION SELECT inquiry.id FROM inquiry JOIN part ON inquiry.merged_into_id = part.id
    ) SELECT id FROM part
""")
# each has the partial index of rows that nobody erased yet behind it
TOO_OLD = text("""
    SELECT id FROM inquiry
    WHERE status = ANY(:statuses) AND status IN ('waiting', 'closed', 'quarantined', 'spam') AND erased_at IS NULL
      AND last_message_at < now() - make_interval(days => :days) AND snoozed_until IS NULL
      AND NOT EXISTS (SELECT 1 FROM reply WHERE reply.inquiry_id = inquiry.id AND reply.status IN ('queued', 'held', 'failed', 'in_doubt'))
    ORDER BY last_message_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
