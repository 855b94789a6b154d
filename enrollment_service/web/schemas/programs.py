"""Programs as JSON."""

from marshmallow import fields

from shared.web.fields import Schema


class RuleSchema(Schema):
    """A dated rule with its source, and its doubt where sources disagree."""

    kind = fields.String()
    text = fields.String()
    source = fields.String()
    doubt = fields.String()
    effective_from = fields.Date()
    effective_to = fields.Date(allow_none=True)
    is_in_force = fields.Boolean()


class ProgramSchema(Schema):
    """What is taught. Prices in cents, hours as hours of teaching."""

    slug = fields.String()
    title = fields.String()
    abbreviation = fields.String()
    summary = fields.String()
    hours = fields.Integer()
    price_cents = fields.Integer()
    certifying_body = fields.String()


class ProgramDetailSchema(ProgramSchema):
    """A program with everything its page shows."""

    description = fields.String()
    hours_note = fields.String()
    price_note = fields.String()
    prerequisites = fields.List(fields.String())
    duties = fields.List(fields.String())
    where_graduates_may_work = fields.List(fields.String())
    not_permitted = fields.List(fields.String())
    rules = fields.List(fields.Nested(RuleSchema))


class ProgramListSchema(Schema):
    """All published programs."""

    items = fields.List(fields.Nested(ProgramSchema))
    next = fields.String(allow_none=True)
