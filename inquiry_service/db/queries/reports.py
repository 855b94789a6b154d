"""What reports count: inquiries that came in within a period, without what is spam. Read from an index that covers them.

Asked = answered + unanswered + closed without an answer. Percentiles are PostgreSQL's own (`percentile_cont`), in whole seconds.
"""

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
           {speed} AS speed, first_answered_at, first_response_s, first_response_open_s, resolution_s, resolution_open_s, status
    FROM inquiry
    WHERE created_at >= :from_at AND created_at < :to_at AND status NOT IN ('quarantined', 'spam') {filters}
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
               {_COUNTED}, {_TIMES},
               percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY CASE WHEN status = 'closed' THEN resolution_s END) AS resolution,
               percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY CASE WHEN status = 'closed' THEN resolution_open_s END)
                   AS resolution_open
        FROM asked GROUP BY GROUPING SETS ((), (program), (source), (director), (speed))
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY of ORDER BY asked DESC, program, source, director) AS place FROM grouped
    )
    SELECT ranked.*, (SELECT name FROM staff WHERE CAST(staff.id AS text) = ranked.director) AS director_name
    FROM ranked WHERE place <= {LARGEST_GROUPS} ORDER BY of, place
"""
GROUPED_BY = {15: "all", 7: "program", 11: "source", 13: "director", 14: "speed"}

_TIMELINE = """
    SELECT GROUPING(bucket, weekday, hour) AS of, bucket, weekday, hour, count(*) AS asked, count(first_answered_at) AS answered,
           count(*) FILTER (WHERE first_answered_at IS NULL AND status <> 'closed') AS unanswered
    FROM (
        SELECT CAST(date_trunc(:unit, local) AS date) AS bucket, CAST(extract(isodow FROM local) AS int) - 1 AS weekday,
               CAST(extract(hour FROM local) AS int) AS hour, first_answered_at, status
        FROM (
            SELECT created_at AT TIME ZONE :zone AS local, first_answered_at, status FROM inquiry
            WHERE created_at >= :from_at AND created_at < :to_at AND status NOT IN ('quarantined', 'spam') {filters}
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
_SET_ASIDE = """
    SELECT count(*) AS number FROM inquiry
    WHERE created_at >= :from_at AND created_at < :to_at AND status IN ('quarantined', 'spam') {filters}
"""
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


def set_aside(filters: tuple[str, ...]) -> str:
    """How many were taken for spam, and are counted nowhere else."""
    return _with(_SET_ASIDE, filters)


def registered(filters: tuple[str, ...]) -> str:
    """How many of those with these references, by the same groups."""
    return _with(_REGISTERED, filters)
