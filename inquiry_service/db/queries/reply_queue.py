"""The reply queue: who is next, how many wait, and one page of a view. Every order has an index behind it."""

from sqlalchemy import text

from inquiry_service.db.queries.absences import AROUND_SQL, COVERED
from inquiry_service.db.queries.presences import READERS_OF_ROW
from shared import alarms

TAKE_NEXT = text(f"""
    UPDATE inquiry SET assignee_id = :staff_id
    WHERE id = (
        SELECT id FROM inquiry
        WHERE status IN ('new', 'open') AND assignee_id IS NULL AND snoozed_until IS NULL
          AND (CAST(:only_mine AS boolean) IS FALSE OR coalesce(program, '') IN (
               SELECT program FROM program_responsibility WHERE staff_id = :staff_id OR staff_id IN ({COVERED})))
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING id
""")

CLAIM = text("""
    UPDATE inquiry SET assignee_id = :staff_id
    WHERE id = :id AND status <> 'merged' AND (assignee_id IS NULL OR assignee_id = :staff_id) RETURNING id
""")

COUNTED_TO = 1000
_FEW = "(SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {condition} LIMIT 1000) AS few) AS {name}"

_FOR_US = "status IN ('new', 'open') AND snoozed_until IS NULL"
# view -> (condition, order column, is descending)
VIEWS = {
    "new": (f"{_FOR_US} AND assignee_id IS NULL", "due_at", False),
    "mine": (f"{_FOR_US} AND assignee_id = :staff_id", "due_at", False),
    "mentions": (
        "id IN (SELECT inquiry_id FROM message JOIN mention ON mention.message_id = message.id"
        " WHERE mention.staff_id = :staff_id AND mention.seen_at IS NULL)",
        "last_message_at",
        True,
    ),
    "open": (_FOR_US, "due_at", False),
    "waiting": ("status = 'waiting' AND snoozed_until IS NULL", "last_message_at", True),
    "snoozed": ("snoozed_until IS NOT NULL", "snoozed_until", False),
    "held": ("id IN (SELECT inquiry_id FROM reply WHERE status = 'held')", "last_message_at", True),
    "never_reached": ("status IN ('new', 'open') AND is_never_reached", "due_at", False),
    "closed": ("status = 'closed'", "last_message_at", True),
    "quarantine": ("status IN ('quarantined', 'spam')", "last_message_at", True),
    "all": ("status <> 'merged'", "created_at", True),
}

_COUNTED = ("new", "mine", "mentions", "open", "waiting", "snoozed", "never_reached")
_COUNTERS = [
    *(_FEW.format(table="inquiry", condition=VIEWS[name][0], name=name) for name in _COUNTED),
    _FEW.format(table="inquiry", condition="status = 'quarantined'", name="quarantine"),
    _FEW.format(table="reply", condition="status = 'held'", name="held"),
    _FEW.format(
        table="raw_mail",
        condition="status <> 'filed' AND (status <> 'stored' OR received_at < now() - interval '5 minutes')",
        name="unfiled",
    ),
]
# none reads more than COUNTED_TO rows: beyond, a number helps nobody
_AWAY = f"(SELECT coalesce(json_agg(away), '[]') FROM ({AROUND_SQL}) AS away WHERE begun_at IS NOT NULL) AS absences"
COUNTS = text(f"SELECT {', '.join(_COUNTERS)}, {alarms.COLUMNS}, {_AWAY}")

_PAGE = f"""
    SELECT id, reference, status, asker_name, asker_email, program, opening, assignee_id, messages, due_at, created_at,
           last_message_at, snoozed_until, is_snoozed_for_answer, back_because, is_never_reached, spam_score, registration_reference,
           (SELECT name FROM staff WHERE staff.id = assignee_id) AS assignee_name,
           ARRAY(SELECT word FROM inquiry_tag WHERE inquiry_tag.inquiry_id = inquiry.id ORDER BY word) AS tags,
           EXISTS (SELECT 1 FROM reply WHERE reply.inquiry_id = inquiry.id AND reply.status = 'draft' AND author_id = :staff_id) AS has_draft,
           (SELECT min(scheduled_at) FROM reply WHERE reply.inquiry_id = inquiry.id AND reply.status = 'queued') AS goes_out_at,
           {READERS_OF_ROW} AS readers,
           {{order}} AS sort_key
    FROM inquiry
    WHERE {{condition}} {{filters}}
      AND (CAST(:after_at AS timestamptz) IS NULL
           OR ({{order}}, id) {{than}} (CAST(:after_at AS timestamptz), CAST(:after_id AS uuid)))
    ORDER BY {{order}} {{direction}}, id {{direction}} LIMIT :limit
"""
_ALL_TEXT = "(words || heard)"
FILTERS = {
    "status": "AND status = :status",
    "program": "AND program = :program",
    "assignee": "AND assignee_id = CAST(:assignee AS uuid)",
    "unassigned": "AND assignee_id IS NULL",
    "words": f"AND {_ALL_TEXT} @@ websearch_to_tsquery('simple', :words)",
    "beginning": f"AND {_ALL_TEXT} @@ to_tsquery('simple', :beginning)",
    "senders": f"AND {_ALL_TEXT} @@ to_tsquery('simple', :sender_words) AND NOT EXISTS ("
    "SELECT 1 FROM unnest(CAST(:senders AS text[])) AS sender WHERE strpos(lower(asker_name || ' ' || asker_email), sender) = 0)",
    # found by itself (OFFSET 0 keeps it apart): walking down a view's order in the hope of 50 of them reads everything
    "phone": "AND id IN (SELECT id FROM inquiry WHERE reverse(regexp_replace(asker_phone, '[^0-9]', '', 'g')) LIKE :phone OFFSET 0)",
    "before": "AND created_at < CAST(CAST(:before AS date) AS timestamp) AT TIME ZONE :zone",
    "after": "AND created_at >= CAST(CAST(:after AS date) AS timestamp) AT TIME ZONE :zone",
    "files": "AND has_files",
    "tag": "AND EXISTS (SELECT 1 FROM inquiry_tag WHERE inquiry_tag.inquiry_id = inquiry.id AND word = :tag)",
}


def page_statement(view: str, filters: tuple[str, ...]) -> str:
    """The text of one view's page with some of FILTERS; only our own words are put together here."""
    condition, order, is_descending = VIEWS[view]
    return _PAGE.format(
        condition=condition,
        order=order,
        filters=" ".join(FILTERS[name] for name in filters),
        than="<" if is_descending else ">",
        direction="DESC" if is_descending else "ASC",
    )
