"""Schema fields that keep out what no database takes: NUL bytes, lone surrogates, a header begun inside a line."""

import re
from typing import Any

import marshmallow as ma
from email_validator import EmailNotValidError, validate_email

from shared.phrases import phrase

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_BREAK = re.compile(r"[\r\n\u2028\u2029\x85\x0b\x0c]")


class Schema(ma.Schema):
    """Values in, values out; unknown names are refused."""

    class Meta:
        """Unknown names are a mistake that the sender should hear of."""

        unknown = ma.RAISE


class Text(ma.fields.String):
    """Text as a person typed it, stripped at both ends. `is_line` refuses line breaks; an optional empty one is None."""

    default_error_messages = {
        "required": phrase("This is needed."),
        "invalid": phrase("This must be text."),
        "control": phrase("This has characters that cannot be stored."),
        "lines": phrase("This must be one line."),
        "blank": phrase("This is needed."),
    }

    def __init__(self, *, max_length: int, min_length: int = 0, is_line: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._max_length = max_length
        self._min_length = min_length
        self._is_line = is_line
        limits = {"maxLength": max_length} | ({"minLength": min_length} if min_length else {})
        self.metadata = limits | dict(self.metadata)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise self.make_error("control") from None
        if _CONTROL.search(text):
            raise self.make_error("control")
        if self._is_line and _LINE_BREAK.search(text):
            raise self.make_error("lines")
        if not text:
            if self.required:
                raise self.make_error("blank")
            return None
        if len(text) > self._max_length:
            raise ma.ValidationError(
                phrase("This can have at most %(limit)s characters.", limit=self._max_length)
            )
        if len(text) < self._min_length:
            raise ma.ValidationError(
                phrase("This needs at least %(limit)s characters.", limit=self._min_length)
            )
        return text if self._is_line else text.replace("\r\n", "\n").replace("\r", "\n")


class Whole(ma.fields.Integer):
    """A whole number, as one or as the digits of a form: neither a yes nor a half is rounded into one."""

    _digits = re.compile(r"\s*-?[0-9]{1,18}\s*", re.ASCII)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole and not (isinstance(value, str) and self._digits.fullmatch(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Email(Text):
    """An address that a letter can be sent to, as typed but for its domain, which is lower-cased. No lookup is made."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.metadata = {"format": "email"} | dict(self.metadata)
        self.error_messages["address"] = phrase(
            "Enter an email address we can answer to, like name@example.com."
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text is None:
            return None
        try:
            return validate_email(
                text, check_deliverability=False, test_environment=True
            ).ascii_email or _not_ascii(self)
        except EmailNotValidError:
            raise self.make_error("address") from None


def _not_ascii(field: Email) -> str:
    raise field.make_error("address")
