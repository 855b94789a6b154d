"""What comes in about inquiries, and what is shown of them; the form and the JSON address share the fields."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from inquiry_service.terms import InquiryStatus
from shared.web.fields import Email, Schema, Text, Whole

PROGRAM = {"max_length": 80}


class QuestionSchema(Schema):
    """A visitor's question."""

    name = Text(max_length=200, required=True)
    email = Email(required=True)
    phone = Text(max_length=40, allow_none=True, load_default=None)
    program = Text(max_length=80, allow_none=True, load_default=None)
    question = Text(max_length=8000, required=True, is_line=False)
    source = Text(max_length=300, allow_none=True, load_default=None)
    consent_text = Text(max_length=500, allow_none=True, load_default=None)
    submission_id = Text(max_length=200, allow_none=True, load_default=None)


class QuestionForm(QuestionSchema):
    """The same, from a form with its own hidden fields."""

    class Meta:
        """Hidden fields of the form are read elsewhere."""

        unknown = ma.EXCLUDE


class ReceiptSchema(Schema):
    """What the asker is told: whatever we think of the question, it looks the same."""

    id = fields.UUID(required=True)
    reference = fields.String(required=True)
    status = fields.String(required=True, validate=ma.validate.OneOf([InquiryStatus.NEW.value]))


class FollowUpForm(Schema):
    """What the asker adds."""

    class Meta:
        """Hidden fields of the form are read elsewhere."""

        unknown = ma.EXCLUDE

    body = Text(max_length=8000, required=True, is_line=False)


class LostLinkForm(Schema):
    """Whose links are wanted."""

    class Meta:
        """Hidden fields of the form are read elsewhere."""

        unknown = ma.EXCLUDE

    email = Email(required=True)


class InquiryQuery(Schema):
    """Which inquiries, and where the page begins."""

    status = fields.String(validate=ma.validate.OneOf([status.value for status in InquiryStatus]))
    program = Text(max_length=80)
    assignee = fields.UUID()
    tag = Text(max_length=60)
    q = Text(max_length=200)
    cursor = Text(max_length=400)
    limit = Whole(load_default=50, validate=ma.validate.Range(1, 100))


class InquiryItem(Schema):
    """An inquiry in a list."""

    id = fields.UUID(required=True)
    reference = fields.String(required=True)
    status = fields.String(required=True)
    asker_name = fields.String(required=True, data_key="name")
    asker_email = fields.String(required=True, data_key="email")
    program = fields.String(allow_none=True)
    opening = fields.String(required=True)
    assignee_id = fields.UUID(allow_none=True)
    message_count = fields.Integer(required=True, attribute="messages")
    is_never_reached = fields.Boolean()
    due_at = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    last_message_at = fields.AwareDateTime(required=True)
    snoozed_until = fields.AwareDateTime(allow_none=True)
    tags = fields.List(fields.String())


class SnoozeBody(Schema):
    """Until when nobody is offered the inquiry; null for until the asker writes."""

    until = fields.AwareDateTime(required=True, allow_none=True)


class InquiryList(Schema):
    """A page of inquiries."""

    items = fields.List(fields.Nested(InquiryItem), required=True)
    next = fields.String(allow_none=True, required=True)


class ReplyItem(Schema):
    """What became of an answer."""

    id = fields.UUID(required=True)
    status = fields.String(required=True)
    is_closing = fields.Boolean(data_key="close")
    held_because = fields.String(allow_none=True)
    letter_id = fields.UUID(allow_none=True)
    sent_at = fields.AwareDateTime(allow_none=True)
    scheduled_at = fields.AwareDateTime(allow_none=True)


class MessageItem(Schema):
    """An entry of a thread."""

    id = fields.UUID(required=True)
    position = fields.Integer(allow_none=True)
    kind = fields.String(required=True)
    via = fields.String(required=True)
    body = fields.String(required=True)
    staff_name = fields.String(allow_none=True)
    is_verified = fields.Boolean()
    event = fields.String(allow_none=True)
    other_inquiry = fields.String(allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    reply = fields.Nested(ReplyItem, allow_none=True)


class LetterItem(Schema):
    """A letter and its fate, without its bytes."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    status = fields.String(required=True)
    recipient = fields.String(required=True)
    attempts = fields.Integer()
    last_error = fields.String(allow_none=True)
    created_at = fields.AwareDateTime()
    sent_at = fields.AwareDateTime(allow_none=True)


class InquiryDetail(InquiryItem):
    """An inquiry with its thread, its held replies and its letters."""

    asker_phone = fields.String(allow_none=True, data_key="phone")
    source = fields.String(allow_none=True)
    registration_reference = fields.String(allow_none=True)
    merged_into_id = fields.UUID(allow_none=True)
    messages = fields.List(fields.Nested(MessageItem), required=True, attribute="thread")
    held = fields.List(fields.Nested(ReplyItem), required=True)
    letters = fields.List(fields.Nested(LetterItem), required=True)


class ReplyBody(Schema):
    """An answer; `based_on` is the id of the last message its author had seen, `send_at` when it shall go, null for at once."""

    body = Text(max_length=20000, required=True, is_line=False)
    close = fields.Boolean(load_default=False)
    based_on = fields.UUID(load_default=None, allow_none=True)
    send_at = fields.AwareDateTime(load_default=None, allow_none=True)


class NoteBody(Schema):
    """A note for colleagues."""

    body = Text(max_length=8000, required=True, is_line=False)


class CallBody(Schema):
    """A call; `is_answered` when it settled the question."""

    body = Text(max_length=8000, required=True, is_line=False)
    is_answered = fields.Boolean(load_default=False)


class AssignBody(Schema):
    """Whose the inquiry is to be; null for nobody's."""

    staff_id = fields.UUID(required=True, allow_none=True)


def reply_as_json(reply: Any) -> dict[str, Any]:
    """The stored answer of a reply's creation."""
    return dict(ReplyItem().dump(reply))


class StationSchema(Schema):
    """Something that happened to an inquiry, or to a letter of it."""

    at = fields.AwareDateTime(required=True)
    what = fields.String(required=True)
    detail = fields.String(required=True)
    letter_id = fields.UUID(allow_none=True, required=True)
    queue_id = fields.String(allow_none=True, required=True)


class LedgerSchema(Schema):
    """Everything that happened, in order."""

    items = fields.List(fields.Nested(StationSchema), required=True)
