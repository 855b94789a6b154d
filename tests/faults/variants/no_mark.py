"""A worker that writes no mark before the dot: after a crash nobody can tell that the letter may have gone."""

from typing import Any

from sqlalchemy import text

from shared import letter_sending as sending
from tests.faults.variants import run_service, without


def remove_guard() -> None:
    """A letter is `ready` until it is settled."""
    settle = without(sending._SETTLE_ONLY.text, "AND lease_token = :done_token AND status = 'sending'")
    sending._SETTLE_ONLY = text(settle)

    def no_mark(self: sending.LetterSender, letter_id: object, token: object, batch: Any) -> bool:
        self._settle(batch)
        return True

    sending.LetterSender._mark = no_mark  # type: ignore[assignment,method-assign]


if __name__ == "__main__":
    remove_guard()
    run_service()
