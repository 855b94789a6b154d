"""What page functions do with a posted form: check it, and keep every typed character when it is not right."""

import re
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from shared.errors import Invalid
from shared.tokens import new_id

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class FormNotRight(Exception):
    """Some fields need another look. `errors` names each with one sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("the form is not right")
        self.errors = errors


def checked(schema: ma.Schema, words: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The posted values. `words` says what to write where a needed field is empty. Raises FormNotRight."""
    try:
        return dict(schema.load(request.form.to_dict()))
    except ma.ValidationError as error:
        messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise FormNotRight(_sentences(messages, words or {})) from None


def _sentences(messages: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name, said in messages.items():
        sentence = str(said[0] if isinstance(said, list) else said)
        is_empty = not request.form.get(name, "").strip()
        found[name] = words[name] if is_empty and name in words else sentence
    return found


def of_domain(error: Invalid) -> dict[str, str]:
    """The domain's complaint as the same kind of errors."""
    return {name: sentences[0] for name, sentences in error.fields.items()} or {"": error.detail}


def typed(name: str) -> str:
    """What stands in a field, without what no database takes: for keeping a text that was refused."""
    return _UNSTORABLE.sub("", request.form.get(name, "")).replace("\r\n", "\n")


def submission_id() -> str:
    """The form's own key, so that sending it twice is sending it once."""
    given = request.form.get("submission_id", "")
    return given if 8 <= len(given) <= 100 and given.isascii() and given.isprintable() else str(new_id())


def see(address: str) -> Response:
    """After a POST: look there."""
    return redirect(address, 303)  # type: ignore[return-value]


def page(html: str, status: int = 200, *, headers: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """A page with its status."""
    return html, status, dict(headers or {})
