"""What people do to a thread as a whole: tags, its program, merging and splitting; and questions that staff take down."""

from marshmallow import ValidationError, fields, validate, validates_schema

from inquiry_service.terms import SPOKEN
from inquiry_service.web.schemas.inquiries import InquiryItem, MessageItem
from shared.phrases import phrase
from shared.web.fields import Email, Schema, Text, Whole

_HOW = phrase("Say whether it came by telephone or in person.")


class TagBody(Schema):
    """A short word, in any spelling."""

    tag = Text(max_length=60, required=True)


class TagList(Schema):
    """Tags by the alphabet."""

    items = fields.List(fields.String(), required=True)


class ProgramBody(Schema):
    """What the inquiry is about; null for no program."""

    program = Text(max_length=80, required=True, allow_none=True)


class MergeBody(Schema):
    """The inquiry that goes into this one. `is_one_person`: a person knows so, although the addresses differ."""

    other_id = fields.UUID(required=True)
    is_one_person = fields.Boolean(load_default=False)


class SplitBody(Schema):
    """Which of the asker's entries go: these, or all that came in from a position on."""

    message_ids = fields.List(fields.UUID(), validate=validate.Length(1, 200))
    from_position = Whole(validate=validate.Range(2, 1_000_000))

    @validates_schema
    def _one_of_both(self, data: dict[str, object], **_: object) -> None:
        if len(data) != 1:
            raise ValidationError({"message_ids": [phrase("Give either these or a position.")]})


class SpokenBody(Schema):
    """A question that came by telephone or in person. Without an email address nobody can be answered by mail."""

    name = Text(max_length=200, required=True)
    email = Email(load_default=None, allow_none=True)
    phone = Text(max_length=40, load_default=None, allow_none=True)
    program = Text(max_length=80, load_default=None, allow_none=True)
    question = Text(max_length=8000, required=True, is_line=False)
    via = fields.String(required=True, validate=validate.OneOf([via.value for via in SPOKEN], error=_HOW))
    note = Text(max_length=8000, load_default=None, allow_none=True, is_line=False)
    is_acknowledged = fields.Boolean(load_default=False)
    is_mine = fields.Boolean(load_default=False)


class OpenedItem(InquiryItem):
    """An inquiry that staff opened."""


class NotedItem(MessageItem):
    """A note: which colleagues are told, and which names in it lead to nobody or to more than one."""

    told = fields.List(fields.String(), required=True)
    unknown_names = fields.List(fields.String(), required=True, attribute="unknown")
    ambiguous_names = fields.List(fields.String(), required=True, attribute="ambiguous")


class HistoryItem(Schema):
    """What was done, by whom and when. `details` are ids and plain words."""

    at = fields.AwareDateTime(required=True)
    who = fields.String(required=True, attribute="person_name")
    action = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    other = fields.String(required=True, allow_none=True)
    details = fields.Dict(required=True)


class HistoryList(Schema):
    """The newest first."""

    items = fields.List(fields.Nested(HistoryItem), required=True)
