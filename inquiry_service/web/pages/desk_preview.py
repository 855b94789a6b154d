"""The letter as it will arrive, of the draft as it stands: subject, text, HTML in a frame, files; and whether it would be held."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, Reply, ReplyFile
from inquiry_service.domain import drafts, inquiries, live_facts, merge_fields, reply_files
from inquiry_service.domain.errors import NoSuchReply
from inquiry_service.mail.letters.replies import compose
from inquiry_service.web.auth import DESK
from inquiry_service.web.composing import files_listed
from inquiry_service.web.desk_queue import frame, place_of_request
from inquiry_service.web.downloads import letter_in_a_frame
from inquiry_service.web.forms import page
from inquiry_service.web.pages.desk_moves import back_to
from inquiry_service.web.parts import parts, settings
from shared.clock import utc_now
from shared.letter_bytes import Composed
from shared.letters import LetterRow
from shared.mailroom import Mailroom
from shared.tokens import new_id
from shared.web.access import allow, current_person
from shared.web.site import database
from shared.web.words import say

pages = Blueprint("preview", __name__, url_prefix="/desk/inquiries/<uuid:inquiry_id>/preview")


@pages.get("")
@allow(*DESK)
def show(inquiry_id: UUID) -> ResponseReturnValue:
    """The whole letter beside what stands in its way."""
    person = current_person()
    try:
        with database().reading() as session:
            inquiry, reply = _draft(session, inquiry_id)
            message, files = drafts.message_of(session, reply), reply_files.of_reply(session, reply.id)
            letter = _composed(session, inquiry, reply, message, files)
    except NoSuchReply:
        flash(_("Write something first: there is nothing to look at yet."), "due")
        return back_to(inquiry_id, anchor="#reply")
    said = live_facts.said_in(message.body, reply.facts)
    sections = parts().enrollment.sections_now({fact.section_id for fact in said}) if said else {}
    with database().reading() as session:
        html = render_template(
            "desk/preview.html",
            inquiry=inquiry,
            letter=letter,
            mail_from=settings().mail_from,
            files=files_listed(files),
            draft_id=reply.id,
            unfilled=merge_fields.fields_in(message.body),
            would_hold=say(live_facts.worse(said, sections) or ""),
            **frame(session, person, place_of_request(), current=inquiry_id),
        )
    return page(html, headers={"Cache-Control": "no-store"})


@pages.get("/html")
@allow(*DESK)
def html(inquiry_id: UUID) -> Response:
    """The HTML part alone."""
    with database().reading() as session:
        inquiry, reply = _draft(session, inquiry_id)
        message, files = drafts.message_of(session, reply), reply_files.of_reply(session, reply.id)
        return letter_in_a_frame(_composed(session, inquiry, reply, message, files).html)


def _draft(session: Session, inquiry_id: UUID) -> tuple[Inquiry, Reply]:
    inquiry = inquiries.find(session, inquiry_id)
    reply = drafts.own_draft(session, inquiry, current_person())
    if reply is None:
        raise NoSuchReply()
    return inquiry, reply


def _composed(
    session: Session, inquiry: Inquiry, reply: Reply, message: Message, files: Sequence[ReplyFile]
) -> Composed:
    """The same function as for the real letter. Its link and its reply address are made for the eye and kept nowhere."""
    letter = LetterRow(
        new_id(), "answer", reply.id, inquiry.asker_email, reply.author_id, "queued", utc_now()
    )
    room = Mailroom(session, letter, parts().letter_templates, settings().mail_identity, settings())
    return compose(room, reply, message, files)
