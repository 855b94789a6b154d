"""A rule about what must be kept, as the office types it."""

from marshmallow import EXCLUDE, fields, pre_load, validate

from shared.phrases import phrase
from shared.web.fields import Schema, Text, Whole


class DutyForm(Schema):
    """Without `keep_years` it is for ever, without `effective_from` from today."""

    class Meta:
        """A browser sends more than we ask for."""

        unknown = EXCLUDE

    says = Text(
        max_length=1000,
        required=True,
        error_messages=dict.fromkeys(("required", "blank"), phrase("Say what must be kept.")),
    )
    source = Text(
        max_length=300,
        required=True,
        error_messages=dict.fromkeys(
            ("required", "blank"), phrase("Say where it is written: a law, a rule and its number.")
        ),
    )
    keep_years = Whole(load_default=None, allow_none=True, validate=validate.Range(1, 200))
    effective_from = fields.Date(load_default=None, allow_none=True)

    @pre_load
    def empty_is_none(self, data: dict[str, str], **kwargs: object) -> dict[str, str | None]:
        """A field that was left empty says nothing."""
        return {name: value.strip() or None for name, value in data.items()}
