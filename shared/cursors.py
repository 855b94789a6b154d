"""Keyset cursors: the place in a list where the next page begins, as an opaque string."""

import base64
import binascii
import json
from typing import Any

from shared.errors import Invalid
from shared.phrases import phrase


def encode(*values: object) -> str:
    """The sort key of the last item shown, as a cursor."""
    return (
        base64.urlsafe_b64encode(json.dumps([str(v) if v is not None else None for v in values]).encode())
        .decode()
        .rstrip("=")
    )


def decode(cursor: str | None, count: int) -> tuple[Any, ...] | None:
    """The `count` strings in a cursor, or none without one. Raises Invalid for anything we did not make."""
    if not cursor:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != count
        or not all(v is None or isinstance(v, str) for v in values)
    ):
        raise Invalid(
            phrase("The cursor is not one of ours"),
            fields={"cursor": [phrase("Take it from `next` of the page before.")]},
        )
    return tuple(values)
