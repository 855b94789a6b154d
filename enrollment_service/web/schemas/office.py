"""What the registrar sends, and what the office shows as JSON."""

from marshmallow import EXCLUDE, fields, validate

from enrollment_service.web.schemas.registrations import PersonSchema
from shared.phrases import phrase
from shared.web.fields import Schema, Text, Whole

_NAME = phrase("Enter the name.")


class CapacitySchema(Schema):
    """The number of seats."""

    capacity = Whole(required=True, validate=validate.Range(0, 1000))
    reason = Text(max_length=500, allow_none=True)


class CapacityAnswerSchema(Schema):
    """What the change did, in words."""

    said = fields.String()
    truth = fields.String()


class OfficeRegistrationSchema(PersonSchema):
    """Somebody registered by the office; `overbook` goes beyond the last seat and needs a reason."""

    name = Text(required=True, max_length=120, error_messages=dict.fromkeys(("required", "blank"), _NAME))
    overbook = fields.Boolean(load_default=False)
    reason = Text(max_length=500, allow_none=True)


class OfficeRegistrationFormSchema(OfficeRegistrationSchema):
    """The same from the office's form."""

    class Meta:
        """A browser sends more than we ask for."""

        unknown = EXCLUDE


class ReasonSchema(Schema):
    """Why."""

    reason = Text(required=True, min_length=5, max_length=500, is_line=False)


class RosterEntrySchema(Schema):
    """One person of a section."""

    id = fields.UUID()
    reference = fields.String()
    status = fields.String()
    name = fields.String()
    email = fields.String()
    phone = fields.String()
    for_name = fields.String()
    created_at = fields.DateTime()
    waitlisted_at = fields.DateTime(allow_none=True)
    offer_expires_at = fields.DateTime(allow_none=True)


class RosterSchema(Schema):
    """Everybody of a section, and the truth of its seats in one line."""

    section_id = fields.UUID()
    title = fields.String()
    truth = fields.String()
    is_whole = fields.Boolean()
    seated = fields.List(fields.Nested(RosterEntrySchema))
    waiting = fields.List(fields.Nested(RosterEntrySchema))
