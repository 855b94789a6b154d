"""Entries go from one thread into another and back; whoever runs these holds the locks of both inquiries."""

from sqlalchemy import text

# in the order in which they came into their thread; an answer counts from when it was sent
ENTRIES = text("""
    SELECT message.id, message.position, message.place, message.origin_id, message.is_verified, message.kind, reply.status,
           coalesce(reply.sent_at, reply.changed_at, message.created_at) AS at
    FROM message LEFT JOIN reply ON reply.id = message.id
    WHERE message.inquiry_id = :id ORDER BY message.position
""")
PUT = text("""
    UPDATE message SET inquiry_id = :to_id, position = put.position, place = put.place, origin_id = put.origin_id
    FROM unnest(CAST(:ids AS uuid[]), CAST(:positions AS int[]), CAST(:places AS float8[]), CAST(:origins AS uuid[]))
         AS put(id, position, place, origin_id)
    WHERE message.id = put.id AND message.inquiry_id = :from_id
""")
PUT_REPLIES = text(
    "UPDATE reply SET inquiry_id = :to_id WHERE inquiry_id = :from_id AND id = ANY(CAST(:ids AS uuid[]))"
)
# by these words answers are offered for questions like theirs: never in their own thread
PUT_ANSWERED = text(
    "UPDATE answered_question SET inquiry_id = :to_id WHERE reply_id = ANY(CAST(:ids AS uuid[]))"
)
# a mail goes where its entry went; what is no entry (a letter that came back) goes with its inquiry
PUT_MAILS = text("""
    UPDATE raw_mail SET inquiry_id = :to_id
    WHERE inquiry_id = :from_id AND (id = ANY(CAST(:ids AS uuid[])) OR EXISTS (
        SELECT 1 FROM message WHERE message.raw_mail_id = raw_mail.id AND message.inquiry_id = :to_id))
""")
MAILS = text("SELECT id FROM raw_mail WHERE inquiry_id = :id")
# of another address: what its asker wrote is shown as a stranger's, is never quoted, and stands on nobody else's page
MARK_AS_ANOTHERS = text("""
    UPDATE message SET is_verified = false, sender_address = :address
    WHERE id = ANY(CAST(:ids AS uuid[])) AND is_verified AND kind IN ('question', 'follow_up') RETURNING id
""")
MARK_AS_ASKERS = text(
    "UPDATE message SET is_verified = true, sender_address = NULL WHERE id = ANY(CAST(:ids AS uuid[]))"
)
COPY_TAGS = text("""
    INSERT INTO inquiry_tag (inquiry_id, word) SELECT :to_id, word FROM inquiry_tag WHERE inquiry_id = :from_id
    ON CONFLICT DO NOTHING RETURNING word
""")
DROP_TAGS = text("DELETE FROM inquiry_tag WHERE inquiry_id = :id AND word = ANY(CAST(:words AS text[]))")
# somebody's draft that would hide behind their other one is held, in sight; an empty one makes room for it
HOLD_SECOND_DRAFTS = text("""
    UPDATE reply SET status = 'held', held_because = :why
    FROM message WHERE message.id = reply.id AND reply.inquiry_id = :from_id AND reply.status = 'draft' AND message.body <> ''
      AND EXISTS (SELECT 1 FROM reply AS other JOIN message AS typed ON typed.id = other.id
                  WHERE other.inquiry_id = :to_id AND other.status = 'draft' AND other.author_id = reply.author_id AND typed.body <> '')
    RETURNING reply.id
""")
PREFER_TYPED_DRAFTS = text("""
    UPDATE reply SET changed_at = CASE WHEN message.body = '' THEN to_timestamp(0) ELSE reply.changed_at END
    FROM message WHERE message.id = reply.id AND reply.inquiry_id IN (:from_id, :to_id) AND reply.status = 'draft'
""")
DRAFTS_AGAIN = text("""
    UPDATE reply SET status = 'draft', held_because = NULL
    WHERE id = ANY(CAST(:ids AS uuid[])) AND status = 'held' AND held_because = :why
""")
# what stays where it was written answers nothing of the merged one's any more
FORGET_ORIGIN = text(
    "UPDATE message SET origin_id = NULL WHERE inquiry_id = :id AND origin_id = ANY(CAST(:parts AS uuid[]))"
)
DROP_EVENT = text("DELETE FROM message WHERE inquiry_id = :id AND event = 'merged' AND about_id = :about_id")
TAKEN_BY_MERGES = text("""
    SELECT entry AS id FROM inquiry_merge CROSS JOIN LATERAL jsonb_object_keys(taken -> 'entries') AS entry
    WHERE survivor_id = :id AND undone_at IS NULL
""")
