"""Saved replies as JSON."""

import marshmallow as ma
from marshmallow import fields

from shared.web.fields import Schema, Text


class SavedReplyBody(Schema):
    """The words of one. `is_own` keeps it for the writer alone; `program` is a slug, none for every program."""

    title = Text(max_length=120, required=True)
    body = Text(max_length=8000, required=True, is_line=False)
    program = Text(max_length=80, load_default=None, allow_none=True)
    is_own = fields.Boolean(load_default=False)


class SavedReplyForm(SavedReplyBody):
    """The same, from the page."""

    class Meta:
        """Hidden fields of the form are read elsewhere."""

        unknown = ma.EXCLUDE


class SavedReplyQuery(Schema):
    """Which of them."""

    archived = fields.Boolean(load_default=False)


class SavedReplyItem(Schema):
    """One of them."""

    id = fields.UUID(required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    program = fields.String(allow_none=True)
    is_own = fields.Function(lambda saved: saved.owner_id is not None, metadata={"type": "boolean"})
    changed_at = fields.AwareDateTime(required=True)
    version = fields.String(
        required=True, metadata={"description": "For If-Match: another one after every change"}
    )
    archived_at = fields.AwareDateTime(allow_none=True)


class SavedReplyList(Schema):
    """All of them."""

    items = fields.List(fields.Nested(SavedReplyItem), required=True)
    next = fields.String(allow_none=True, required=True)
