"""Keyset cursors: the place in one list where its next page begins, as an opaque string."""

import base64
import json
from typing import Any

from shared.errors import Invalid
from shared.phrases import phrase


def encode(of: str, *values: object) -> str:
    """The sort key of the last item shown, as a cursor of the list `of`."""
    place = [of, *(str(value) if value is not None else None for value in values)]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def decode(of: str, cursor: str | None, count: int) -> tuple[Any, ...] | None:
    """The `count` strings in a cursor of the list `of`, or none without one. Raises Invalid for anything else."""
    if not cursor:
        return None
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):  # binascii.Error is a ValueError
        raise not_ours() from None
    if not isinstance(place, list) or len(place) != count + 1 or place[0] != of:
        raise not_ours()
    values = tuple(place[1:])
    if not all(value is None or isinstance(value, str) for value in values):
        raise not_ours()
    return values


def not_ours() -> Invalid:
    """The refusal of a cursor that no page of the list gave out."""
    return Invalid(
        phrase("The cursor is not one of ours"),
        fields={"cursor": [phrase("Take it from `next` of the page before.")]},
    )
