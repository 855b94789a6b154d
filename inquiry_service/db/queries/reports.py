"""What reports count: inquiries that came in within a period, without what is spam. Read from an index that covers them.

Asked = answered + unanswered + closed without an answer. Percentiles are PostgreSQL's own (`percentile_cont`), in whole seconds.
"""

from sqlalchemy import text

FILTERS = {
    "program": "AND coalesce(program, '') = :program",
    "source": "AND coalesce(source, '') = :source",
    "director": "AND coalesce(first_answered_by, assignee_id) = CAST(:director AS uuid)",
}
LARGEST_GROUPS = 100

# By open hours until the first answer; what has none yet is a group of its own.
_SPEED = """
    CASE WHEN first_answered_at IS NULL THEN 'none' WHEN first_response_open_s <= 3600 THEN '1' WHEN first_response_open_s <= 7200 THEN '2'
         WHEN first_response_open_s <= 14400 THEN '4' WHEN first_response_open_s <= 28800 THEN '8' ELSE 'more' END"""
_ASKED = """
    SELECT coalesce(program, '') AS program, coalesce(source, '') AS source, coalesce(first_answered_by, assignee_id) AS director,
           {speed} AS speed, first_answered_at, first_response_s, first_response_open_s, status
    FROM inquiry
    WHERE created_at >= :from_at AND created_at < :to_at AND status NOT IN ('quarantined', 'spam', 'merged') {filters}
"""
_COUNTED = """
    count(*) AS asked, count(first_answered_at) AS answered,
    count(*) FILTER (WHERE first_answered_at IS NULL AND status <> 'closed') AS unanswered,
    count(*) FILTER (WHERE first_answered_at IS NULL AND status = 'closed') AS closed_unanswered"""
_TIMES = """
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY first_response_s) AS response,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY first_response_open_s) AS response_open"""
_GROUPS = f"""
    WITH asked AS ({_ASKED}), grouped AS (
        SELECT GROUPING(program, source, director, speed) AS of, program, source, CAST(director AS text) AS director, speed,
               {_COUNTED}, {_TIMES}
        FROM asked GROUP BY GROUPING SETS ((), (program), (source), (director), (speed))
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY of ORDER BY asked DESC, program, source, director) AS place FROM grouped
    )
    SELECT ranked.*, (SELECT name FROM staff WHERE CAST(staff.id AS text) = ranked.director) AS director_name
    FROM ranked WHERE place <= {LARGEST_GROUPS} ORDER BY of, place
"""
GROUPED_BY = {15: "all", 7: "program", 11: "source", 13: "director", 14: "speed"}

# Put together by quarters of an hour first: no zone is off by less, and few moments are left to be said in local time.
_TIMELINE = """
    SELECT GROUPING(bucket, weekday, hour) AS of, bucket, weekday, hour, CAST(sum(asked) AS int) AS asked,
           CAST(sum(answered) AS int) AS answered, CAST(sum(unanswered) AS int) AS unanswered
    FROM (
        SELECT CAST(date_trunc(:unit, local) AS date) AS bucket, CAST(extract(isodow FROM local) AS int) - 1 AS weekday,
               CAST(extract(hour FROM local) AS int) AS hour, asked, answered, unanswered
        FROM (
            SELECT date_bin('15 minutes', created_at, 'epoch') AT TIME ZONE :zone AS local, count(*) AS asked,
                   count(first_answered_at) AS answered,
                   count(*) FILTER (WHERE first_answered_at IS NULL AND status <> 'closed') AS unanswered
            FROM inquiry
            WHERE created_at >= :from_at AND created_at < :to_at AND status NOT IN ('quarantined', 'spam', 'merged') {filters}
            GROUP BY date_bin('15 minutes', created_at, 'epoch')
        ) AS asked
    ) AS placed
    GROUP BY GROUPING SETS ((bucket), (weekday, hour)) ORDER BY of, bucket, weekday, hour
"""
IN_TIME, BY_HOUR = 3, 4

_BACKLOG = """
    SELECT age, count(*) AS waiting, count(*) FILTER (WHERE is_overdue) AS overdue, min(due_from) AS oldest_at
    FROM (
        SELECT due_from, due_at <= now() AS is_overdue,
               CASE WHEN now() - due_from < interval '4 hours' THEN 0 WHEN now() - due_from < interval '24 hours' THEN 1
                    WHEN now() - due_from < interval '72 hours' THEN 2 WHEN now() - due_from < interval '168 hours' THEN 3 ELSE 4 END AS age
        FROM inquiry WHERE status IN ('new', 'open') {filters}
    ) AS waits
    GROUP BY age ORDER BY age
"""
_OTHERS = """
    SELECT count(*) FILTER (WHERE status IN ('quarantined', 'spam')) AS set_aside,
           percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY resolution_s) FILTER (WHERE status = 'closed') AS resolution,
           percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY resolution_open_s) FILTER (WHERE status = 'closed') AS resolution_open
    FROM inquiry WHERE created_at >= :from_at AND created_at < :to_at AND status IN ('quarantined', 'spam', 'closed') {filters}
"""
# Answers that went out in the period and began with a saved reply. Somebody's own ones are put together: their titles are theirs.
_SAVED_REPLIES = f"""
    WITH used AS (
        SELECT reply.saved_reply_id, reply.sent_at = first_answered_at AS is_first, first_response_s, first_response_open_s, EXISTS (
                   SELECT 1 FROM message WHERE message.inquiry_id = inquiry.id AND message.kind = 'follow_up' AND NOT message.is_automatic
                   AND message.is_verified AND message.created_at > reply.sent_at) AS is_asked_again
        FROM reply JOIN inquiry ON inquiry.id = reply.inquiry_id
        WHERE reply.status = 'sent' AND reply.saved_reply_id IS NOT NULL AND reply.sent_at >= :from_at AND reply.sent_at < :to_at
          AND inquiry.status NOT IN ('quarantined', 'spam', 'merged') {{filters}}
    )
    SELECT CAST(shared.id AS text) AS key, shared.title, count(*) AS sent, count(*) FILTER (WHERE is_first) AS first_answers,
           count(*) FILTER (WHERE is_asked_again) AS asked_again,
           percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY first_response_s) FILTER (WHERE is_first) AS response,
           percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY first_response_open_s) FILTER (WHERE is_first) AS response_open
    FROM used LEFT JOIN saved_reply AS shared ON shared.id = used.saved_reply_id AND shared.owner_id IS NULL
    GROUP BY shared.id, shared.title ORDER BY sent DESC, shared.title, shared.id LIMIT {LARGEST_GROUPS}
"""
# Sorting a million lengths in the room that a connection has by default goes by way of the disk.
ROOM = text("SET LOCAL work_mem = '64MB'")
_REGISTERED = f"""
    WITH asked AS (
        {_ASKED} AND reference = ANY(CAST(:references AS text[]))
    )
    SELECT GROUPING(program, source, director, speed) AS of, program, source, CAST(director AS text) AS director, speed, count(*) AS registered
    FROM asked GROUP BY GROUPING SETS ((), (program), (source), (director), (speed))
"""


def _with(statement: str, filters: tuple[str, ...]) -> str:
    return statement.format(speed=_SPEED, filters=" ".join(FILTERS[name] for name in filters))


def groups(filters: tuple[str, ...]) -> str:
    """Counts and times of all, and by program, source, director and speed."""
    return _with(_GROUPS, filters)


def timeline(filters: tuple[str, ...]) -> str:
    """Counts by day, week or month, and by weekday and hour, of the school's own clock."""
    return _with(_TIMELINE, filters)


def backlog(filters: tuple[str, ...]) -> str:
    """What waits for us now, by how long it does; no period is asked for."""
    return _with(_BACKLOG, filters)


def others(filters: tuple[str, ...]) -> str:
    """How long those that are closed took, and how many were taken for spam, and are counted nowhere else."""
    return _with(_OTHERS, filters)


def saved_replies(filters: tuple[str, ...]) -> str:
    """How often each saved reply went out, how fast it was where it was the first answer, and how often the asker wrote again."""
    return _with(_SAVED_REPLIES, filters)


def registered(filters: tuple[str, ...]) -> str:
    """How many of those with these references, by the same groups."""
    return _with(_REGISTERED, filters)
