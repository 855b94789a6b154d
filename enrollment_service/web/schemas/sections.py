"""Sections as JSON, and what a list of them may be asked."""

from marshmallow import fields, validate

from shared.web.fields import Schema, Text, Whole


class SectionQuerySchema(Schema):
    """`?program=&open=&cursor=&limit=`"""

    program = Text(max_length=60)
    open = fields.Boolean()
    cursor = Text(max_length=300)
    limit = Whole(validate=validate.Range(1, 100), load_default=50)


class MeetingSchema(Schema):
    """One session."""

    starts_at = fields.DateTime()
    ends_at = fields.DateTime()
    topic = fields.String()
    bucket = fields.String()


class SectionSchema(Schema):
    """A dated offering with its live seats."""

    id = fields.UUID()
    program = fields.String()
    title = fields.String()
    starts_on = fields.Date()
    time_zone = fields.String()
    place = fields.String()
    capacity = fields.Integer()
    seats_left = fields.Integer()
    waiting = fields.Integer()
    price_cents = fields.Integer()
    is_open = fields.Boolean()
    meetings = fields.List(fields.Nested(MeetingSchema))


class SectionListSchema(Schema):
    """A page of sections, by their first day."""

    items = fields.List(fields.Nested(SectionSchema))
    next = fields.String(allow_none=True)
