"""What is not right about a posted form, as its page says it: one sentence a field, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from shared.errors import DomainError, Invalid
from shared.web.words import say


def sentences_of(error: ValidationError | DomainError) -> dict[str, str]:
    """`{field: sentence}`; what is about no field stands under the empty name."""
    if isinstance(error, ValidationError):
        messages: Mapping[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        return {
            name: say(said[0] if isinstance(said, list) else str(said)) for name, said in messages.items()
        }
    if isinstance(error, Invalid) and error.fields:
        return {name: say(said[0]) for name, said in error.fields.items()}
    return {"": say(error.detail)}
