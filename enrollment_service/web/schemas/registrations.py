"""What somebody says to register, the same in the form and in JSON, and what they hear."""

from marshmallow import EXCLUDE, fields, validate

from shared.phrases import phrase
from shared.web.fields import Email, Schema, Text

_NAME = phrase("Enter your name.")
_ADDRESS = phrase("Enter an email address we can answer to, like name@example.com.")


class PersonSchema(Schema):
    """Who registers, and for whom."""

    name = Text(required=True, max_length=120, error_messages=dict.fromkeys(("required", "blank"), _NAME))
    email = Email(required=True, error_messages=dict.fromkeys(("required", "blank"), _ADDRESS))
    phone = Text(max_length=40, allow_none=True)
    for_name = Text(max_length=120, allow_none=True)
    inquiry = Text(max_length=40, allow_none=True)


class RegistrationRequestSchema(PersonSchema):
    """The body of POST /registrations."""

    section_id = fields.UUID(required=True)


class RegistrationFormSchema(PersonSchema):
    """The register form: the same fields, and buttons that are not values."""

    class Meta:
        """A browser sends more than we ask for."""

        unknown = EXCLUDE


class RegisteredSchema(Schema):
    """The answer: a seat, or a place in line counted from 1."""

    id = fields.UUID()
    reference = fields.String()
    status = fields.String(metadata={"enum": ["confirmed", "waitlisted"]})
    position = fields.Integer()


class OfferSchema(Schema):
    """A seat held until `expires_at`; empty until the letter is sent."""

    id = fields.UUID()
    expires_at = fields.DateTime(allow_none=True)


class MyRegistrationSchema(Schema):
    """One's own registration, by the link of a letter."""

    id = fields.UUID()
    reference = fields.String()
    status = fields.String()
    program = fields.String()
    section_id = fields.UUID()
    section_title = fields.String()
    starts_on = fields.Date()
    time_zone = fields.String()
    name = fields.String()
    for_name = fields.String()
    position = fields.Integer(allow_none=True)
    offer = fields.Nested(OfferSchema, allow_none=True)


class CodeSchema(Schema):
    """The six digits of a letter."""

    code = Text(required=True, max_length=20)


class LinksFormSchema(Schema):
    """Whose links to send."""

    class Meta:
        """A browser sends more than we ask for."""

        unknown = EXCLUDE

    email = Email(required=True, error_messages=dict.fromkeys(("required", "blank"), _ADDRESS))


class OfferAnswerSchema(Schema):
    """Yes or no to an offered seat."""

    answer = fields.String(required=True, validate=validate.OneOf(["accept", "decline"]))


class ReplyAddressSchema(Schema):
    """What inquiry needs when somebody answers a letter of ours."""

    registration_id = fields.UUID()
    reference = fields.String()
    program = fields.String()
    section_title = fields.String()
    name = fields.String()
    email = fields.String()
