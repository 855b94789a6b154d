"""Published answers: those that are like a text somebody is typing."""

from sqlalchemy import text

# Any of the words may match; two of them must stand in the published question itself.
SUGGEST = text("""
    WITH typed AS (
        SELECT lexeme FROM unnest(to_tsvector(CAST(:language AS regconfig), :typed)) WHERE lexeme ~ '^[[:alnum:]]+$' LIMIT 60
    ), wanted AS (
        SELECT CAST(string_agg(quote_literal(lexeme), ' | ') AS tsquery) AS any_of FROM typed
    )
    SELECT id, question, answer, program FROM published_answer, wanted
    WHERE withdrawn_at IS NULL AND words @@ any_of AND language = CAST(:language AS regconfig)
      AND (program IS NULL OR CAST(:program AS text) IS NULL OR program = :program)
      AND (SELECT count(*) FROM unnest(words) AS word JOIN typed USING (lexeme) WHERE 'A' = ANY(word.weights)) >= 2
    ORDER BY ts_rank(words, any_of) DESC, id LIMIT :limit
""")

CHANGE = text("""
    UPDATE published_answer SET withdrawn_at = CASE WHEN :is_withdrawn THEN now() END
    WHERE id = :id AND (withdrawn_at IS NULL) = :is_withdrawn RETURNING id
""")
