"""What page functions do with a posted form: check it, and keep every typed character when it is not right."""

import re
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from shared.tokens import new_id
from shared.web.mistakes import sentences_of

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
        found = sentences_of(error)
        empty = {name: said for name, said in (words or {}).items() if not request.form.get(name, "").strip()}
        raise FormNotRight(found | {name: said for name, said in empty.items() if name in found}) from None


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
