"""A worker without leases: whoever is rung for takes the letter, and marks it whether or not it still is theirs."""

from sqlalchemy import text

from shared import letter_sending as sending
from tests.faults.variants import run_service, without

LEASE = "AND (lease_until IS NULL OR lease_until <= now())"
MARK = "lease_token = :token AND status = 'ready' AND lease_until > now()"
ANYBODY = "(lease_token = :token OR true)"


def remove_guard() -> None:
    """Two may have the same letter at once."""
    sending._LEASE = text(without(sending._LEASE.text, LEASE))
    sending._MARK_ONLY = text(without(sending._MARK_ONLY.text, MARK, ANYBODY))
    sending._MARK_AND_SETTLE = text(without(sending._MARK_AND_SETTLE.text, MARK, ANYBODY))


if __name__ == "__main__":
    remove_guard()
    run_service()
