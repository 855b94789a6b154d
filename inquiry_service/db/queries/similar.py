"""Answered questions: learnt from sent answers, and those that are most like a new one."""

from sqlalchemy import text

# A sent answer becomes visible later than its moment says; so some minutes are read again.
LEARN = text("""
    INSERT INTO answered_question (reply_id, inquiry_id, program, language, sent_at, words)
    SELECT reply.id, inquiry.id, inquiry.program, CAST(:language AS regconfig), reply.sent_at,
           to_tsvector(CAST(:language AS regconfig), left(question.body, 4000))
    FROM reply JOIN inquiry ON inquiry.id = reply.inquiry_id JOIN message answer ON answer.id = reply.id
    CROSS JOIN LATERAL (
        SELECT body FROM message WHERE message.inquiry_id = reply.inquiry_id AND message.kind IN ('question', 'follow_up')
           AND message.is_verified AND NOT message.is_automatic AND message.position < answer.position
        ORDER BY message.position DESC LIMIT 1) AS question
    WHERE reply.status = 'sent' AND reply.sent_at >= coalesce(
              (SELECT max(sent_at) - interval '10 minutes' FROM answered_question), CAST('-infinity' AS timestamptz))
      AND NOT EXISTS (SELECT 1 FROM answered_question known WHERE known.reply_id = reply.id)
    ORDER BY reply.sent_at, reply.id LIMIT :limit
    ON CONFLICT DO NOTHING RETURNING 1
""")

# The question's rarest words decide: two of them must stand in a candidate. How rare a word is, PostgreSQL's own statistics say; a word
# that they do not have is rare. So a common word is never looked up, however many questions there are, and no more than
# :candidates rows are ranked.
SIMILAR = text(r"""
    WITH asked AS (
        SELECT to_tsvector(CAST(:language AS regconfig), :question) AS words
    ), common AS MATERIALIZED (
        SELECT element, frequency FROM pg_stats,
               LATERAL unnest(most_common_elems::text::text[], most_common_elem_freqs[1:array_length(most_common_elems::text::text[], 1)])
                    AS known(element, frequency)
        WHERE schemaname = 'public' AND tablename = 'answered_question' AND attname = 'words'
    ), rare AS (
        SELECT lexeme, row_number() OVER (ORDER BY coalesce(frequency, 0), length(lexeme) DESC, lexeme) AS rank
        FROM asked, unnest(asked.words) LEFT JOIN common ON common.element = lexeme
        WHERE lexeme ~ '^\w{3,40}$' AND lexeme !~ '[\d_]'
        ORDER BY rank LIMIT 6
    ), wanted AS (
        SELECT CAST(string_agg(quote_literal(a.lexeme) || ' & ' || quote_literal(b.lexeme), ' | ') AS tsquery) AS pairs
        FROM rare a JOIN rare b ON a.rank < b.rank
    ), candidate AS MATERIALIZED (
        SELECT reply_id, inquiry_id, program, sent_at, words FROM answered_question, wanted
        WHERE words @@ pairs AND inquiry_id <> :inquiry_id LIMIT :candidates
    ), ranked AS (
        SELECT reply_id, inquiry_id, sent_at,
               ts_rank(candidate.words, CAST((SELECT string_agg(quote_literal(lexeme), ' | ') FROM asked, unnest(asked.words)
                                                WHERE lexeme ~ '^\w{3,40}$' AND lexeme !~ '[\d_]') AS tsquery), 1)
               * CASE WHEN program IS NOT DISTINCT FROM CAST(:program AS text) THEN 2 ELSE 1 END AS likeness
        FROM candidate ORDER BY likeness DESC, sent_at DESC LIMIT 20
    )
    SELECT ranked.reply_id, inquiry.reference, inquiry.asker_name, inquiry.opening, answer.body,
           ranked.sent_at, ranked.likeness
    FROM ranked JOIN inquiry ON inquiry.id = ranked.inquiry_id JOIN message answer ON answer.id = ranked.reply_id
    JOIN reply ON reply.id = ranked.reply_id
    WHERE inquiry.status NOT IN ('quarantined', 'spam') AND reply.status = 'sent'
    ORDER BY likeness DESC, ranked.sent_at DESC, ranked.reply_id LIMIT :limit
""")
