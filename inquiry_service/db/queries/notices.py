"""What stands above the desk, in one read."""

from sqlalchemy import text

NOTICES = text("""
    SELECT NOT EXISTS (SELECT 1 FROM process WHERE role = 'worker' AND seen_at > now() - make_interval(secs => :alive_s)) AS is_worker_away,
           (SELECT coalesce(sum(number), 0) FROM ledger_finding) AS unbalanced,
           EXISTS (SELECT 1 FROM holding) AS is_held
""")
