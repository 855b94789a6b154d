"""Forms of the staff's pages: the same fields as the JSON addresses, with the page's own hidden fields ignored."""

import marshmallow as ma
from marshmallow import fields

from inquiry_service.web.schemas.inquiries import AssignBody, CallBody, NoteBody, ReplyBody
from inquiry_service.web.schemas.threads import SpokenBody
from shared.web.fields import Email, Schema, Text, Whole


class _Form(Schema):
    class Meta:
        """The form's own hidden fields are read elsewhere."""

        unknown = ma.EXCLUDE


class AskQuery(_Form):
    """Where a visitor comes from."""

    program = Text(max_length=80, load_default=None)
    source = Text(max_length=300, load_default=None)


class SuggestionQuery(_Form):
    """What somebody is typing."""

    q = Text(max_length=300, load_default="")
    program = Text(max_length=80, load_default=None)


class PublishedAnswerForm(_Form):
    """A question and its answer, for everybody."""

    question = Text(max_length=500, required=True, is_line=False)
    answer = Text(max_length=4000, required=True, is_line=False)
    program = Text(max_length=80, load_default=None, allow_none=True)


class DeskQuery(_Form):
    """Which part of the queue is shown."""

    view = Text(max_length=40, load_default=None)
    q = Text(max_length=200, load_default=None)
    program = Text(max_length=80, load_default=None)
    who = Text(max_length=40, load_default=None)
    tag = Text(max_length=60, load_default=None)
    cursor = Text(max_length=400, load_default=None)


class AnswerForm(ReplyBody):
    """An answer; `based_on` is the last message on the page, `later` that it shall go at `send_at`, a local time."""

    next = fields.Boolean(load_default=False)
    later = fields.Boolean(load_default=False)
    send_at = Text(max_length=40, load_default=None)  # type: ignore[assignment]

    class Meta(_Form.Meta):
        """Hidden fields aside."""


class DraftForm(_Form):
    """What is typed so far; `version` is the one that the page began with."""

    body = Text(max_length=20000, is_line=False, load_default=None)
    version = Whole(load_default=None, validate=ma.validate.Range(0, 2**31 - 1))


class InsertForm(DraftForm):
    """What shall be put into the text: `saved:<id>`, `similar:<id>` or `link:<id>`."""

    insert = Text(max_length=60, required=True)


class NoteForm(NoteBody):
    """A note for colleagues."""

    class Meta(_Form.Meta):
        """Hidden fields aside."""


class CallForm(CallBody):
    """A call."""

    class Meta(_Form.Meta):
        """Hidden fields aside."""


class AssignForm(AssignBody):
    """Whose the inquiry is to be; empty for nobody's."""

    class Meta(_Form.Meta):
        """Hidden fields aside."""

    @ma.pre_load
    def _empty_is_nobody(self, data: dict[str, str], **_: object) -> dict[str, str | None]:
        return {**data, "staff_id": data.get("staff_id") or None}


class TagForm(_Form):
    """A tag; `tag` itself is the filter of the list beside it."""

    word = Text(max_length=60, required=True)


class ProgramForm(_Form):
    """What the inquiry is about, empty for no program; `program` itself is the filter of the list beside it."""

    new_program = Text(max_length=80, load_default=None)


class MergeForm(_Form):
    """The reference of the inquiry that goes into this one."""

    reference = Text(max_length=20, required=True)
    is_one_person = fields.Boolean(load_default=False)


class SpokenForm(SpokenBody):
    """A question that came by telephone or in person."""

    class Meta(_Form.Meta):
        """Hidden fields aside."""


class FrameForm(_Form):
    """A site that may show the form."""

    origin = Text(required=True, max_length=300)


class HolidayForm(_Form):
    """A day that is closed, or has hours of its own."""

    day = fields.Date(required=True)
    name = Text(required=True, max_length=100)
    hours = Text(max_length=30, load_default=None)


class AwayForm(_Form):
    """From when until when somebody is away, and who has their work."""

    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    colleague_id = fields.UUID(required=True)


class ReportQuery(
    _Form.from_dict({"from": fields.Date(load_default=None), "to": fields.Date(load_default=None)})  # type: ignore[misc]
):
    """Which questions a report is about: those of the days `from` to `to`."""

    class Meta(_Form.Meta):
        """What else stands in an address is no choice."""

    @ma.pre_load
    def _empty_is_nothing(self, data: dict[str, str], **_: object) -> dict[str, str]:
        return {name: value for name, value in data.items() if value.strip()}

    program = Text(max_length=80, load_default=None)
    source = Text(max_length=300, load_default=None)
    director = fields.UUID(load_default=None)


class SnoozeForm(_Form):
    """For how long, in words such as `3d`."""

    until = Text(required=True, max_length=40)


class SignInForm(_Form):
    """Who comes in. What is not even an address is as wrong as a wrong one, and is not told apart."""

    email = Text(max_length=254, required=True)
    password = fields.String(required=True, validate=ma.validate.Length(1, 1000))


class CodeForm(_Form):
    """A code from a telephone, or one on paper, and the step of the sign-in it belongs to."""

    step = Text(max_length=100, load_default="")
    code = Text(max_length=40, required=True)


class PersonForm(_Form):
    """Somebody who works here. Roles and programs are ticked."""

    name = Text(max_length=200, required=True)
    title = Text(max_length=200, load_default=None)


class InvitationForm(PersonForm):
    """Somebody who is to work here."""

    email = Email(required=True)


class PersonDataForm(_Form):
    """Whose data: any address that a mail may have come from, not only one that we could write to."""

    email = Text(max_length=320, required=True)


class ExportForm(PersonDataForm):
    """With what staff wrote for themselves, or without."""

    with_notes = fields.Boolean(load_default=False)


class EraseForm(PersonDataForm):
    """The address once more, so that no slip of a key erases somebody else."""

    again = Text(max_length=320, required=True)
    reason = Text(max_length=500, required=True)
    gives_up = fields.Boolean(load_default=False)


class SignatureForm(_Form):
    """The lines below one's name in answers; none when empty."""

    signature = Text(max_length=500, is_line=False, load_default=None)


class TokenForm(_Form):
    """A token for a program of one's own."""

    name = Text(max_length=100, required=True)
    scope = fields.String(load_default="read", validate=ma.validate.OneOf(["read", "write"]))
    days = Whole(load_default=90, validate=ma.validate.Range(1, 365))


class ResetForm(_Form):
    """Whose password is lost."""

    email = Email(required=True)


class NewPasswordForm(_Form):
    """The new password, as it was typed."""

    password = fields.String(required=True, validate=ma.validate.Length(1, 1000))


class MailForm(_Form):
    """What the recipient of a letter writes back."""

    body = Text(max_length=100_000, required=True, is_line=False)


class FirstDirectorForm(_Form):
    """The first account."""

    name = Text(max_length=200, required=True)
    email = Email(required=True)
    password = fields.String(required=True, validate=ma.validate.Length(1, 1000))
