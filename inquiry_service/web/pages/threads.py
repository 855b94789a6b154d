"""The asker's own page: behind the link from a letter they read the thread and add to it; who lost the link gets another."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry
from inquiry_service.domain import inquiries, links, mail_files, replies, reply_files, survivors, threads
from inquiry_service.domain.errors import NoSuchInquiry, NoSuchReply
from inquiry_service.terms import FOR_US, InquiryStatus, ReplyStatus, Via
from inquiry_service.web.composing import files_listed
from inquiry_service.web.downloads import listed, saved_as
from inquiry_service.web.forms import FormNotRight, checked, see, submission_id
from inquiry_service.web.parts import due_now, settings
from inquiry_service.web.schemas.inquiries import FollowUpForm, LostLinkForm
from inquiry_service.web.words import expected_by, program_code, said_at
from shared import blobs, idempotency
from shared.clock import utc_now
from shared.errors import SameKeyOtherBody, TooMany
from shared.tokens import new_id
from shared.web.access import ANYONE, LINK, allow
from shared.web.headers import mark_private
from shared.web.mistakes import sentences_of
from shared.web.site import database, limited

pages = Blueprint("threads", __name__)


@pages.get("/inquiries/<link>")
@allow(LINK)
def show(link: str) -> ResponseReturnValue:
    """The thread. That the link was opened proves that our letter arrived."""
    try:
        with database().transaction() as session:
            links.prove_address(session, link)
            inquiry = links.inquiry_behind(session, link)
            return _thread_page(session, inquiry, link)
    except NoSuchInquiry:
        return _wrong_link()


@pages.get("/inquiries/<link>/files/<uuid:reply_id>/<int:number>")
@allow(LINK)
def file(link: str, reply_id: UUID, number: int) -> ResponseReturnValue:
    """A file of an answer that was sent to them."""
    try:
        with database().reading() as session:
            inquiry = links.inquiry_behind(session, link)
            if replies.find(session, inquiry.id, reply_id).status != ReplyStatus.SENT:
                raise NoSuchReply()
            found = reply_files.find(session, reply_id, number)
            return mark_private(saved_as(found.name, blobs.get(session, found.sha256)))  # type: ignore[no-any-return]
    except NoSuchInquiry:
        return _wrong_link()


@pages.post("/inquiries/<link>/messages")
@allow(LINK)
def add(link: str) -> ResponseReturnValue:
    """What the asker adds is in the thread, once however often it is sent."""
    try:
        with database().reading() as session:
            inquiry = links.inquiry_behind(session, link)
    except NoSuchInquiry:
        return _wrong_link()
    try:
        limited("follow_up", lambda s: s.limit_public_writes)
        _add_once(inquiry.id, checked(FollowUpForm(), {"body": _("Enter what you want to add")})["body"])
    except (FormNotRight, TooMany) as error:
        return _again(inquiry.id, link, error)
    return see(f"/inquiries/{link}?added=1#thread")


def _add_once(inquiry_id: UUID, body: str) -> None:
    def work(session: Session) -> dict[str, Any]:
        message = inquiries.follow_up(session, inquiry_id, body, via=Via.LINK, due_at=due_now())
        return {"id": str(message.id)}

    key, body_hash = submission_id(), idempotency.fingerprint({"body": body})
    scope = f"follow_up:{inquiry_id}"
    try:
        idempotency.once(database(), scope, key, body_hash, work)
    except SameKeyOtherBody:
        idempotency.once(database(), scope, f"{key}:{body_hash.hex()[:16]}", body_hash, work)


def _again(inquiry_id: UUID, link: str, error: FormNotRight | TooMany) -> Response:
    """The page with what was typed, and why it was not taken."""
    errors, status = (error.errors, 422) if isinstance(error, FormNotRight) else (sentences_of(error), 429)
    with database().reading() as session:
        inquiry = inquiries.find(session, inquiry_id)
        return _thread_page(
            session, inquiry, link, errors=errors, body=request.form.get("body", ""), status=status
        )


def _thread_page(
    session: Session,
    inquiry: Inquiry,
    link: str,
    *,
    errors: dict[str, str] | None = None,
    body: str = "",
    status: int = 200,
) -> Response:
    now = utc_now()
    thread = survivors.survivor(session, inquiry.id)
    html = render_template(
        "inquiry/thread.html",
        reference=inquiry.reference,
        program=program_code(inquiry.program) if inquiry.program else "",
        entries=_entries_as_seen(session, inquiry, now),
        standing=_standing(thread, now),
        link=link,
        errors=errors or {},
        body=body,
        submission_id=request.form.get("submission_id") or str(new_id()),
        is_added="added" in request.args,
    )
    response: Response = mark_private(make_response(html, status))
    return response


def _entries_as_seen(session: Session, inquiry: Inquiry, now: datetime) -> list[dict[str, Any]]:
    """What went between asker and school; of their files the names, so that the asker sees that they came, and ours to be saved."""
    entries = links.entries_behind(session, inquiry)
    mails = [entry.message.raw_mail_id for entry in entries if entry.message.raw_mail_id]
    files = mail_files.of_mails(session, mails)
    return [
        _as_seen(entry, now)
        | {
            "files": [
                file["name"] for file in listed(files.get(entry.message.raw_mail_id or inquiry.id, []))
            ],
            "sent_files": files_listed(entry.files),
        }
        for entry in entries
    ]


def _as_seen(entry: threads.Entry, now: datetime) -> dict[str, Any]:
    message, moment = entry.message, entry.reply.sent_at if entry.reply else entry.message.created_at
    return {
        "id": message.id,
        "author": entry.staff_name if entry.reply else "",
        "body": message.body,
        "at": moment or message.created_at,
        "words": said_at(moment or message.created_at, now, settings().zone),
    }


def _standing(inquiry: Inquiry, now: datetime) -> str:
    """Where the inquiry stands, as its asker may know it: one in quarantine simply waits."""
    if inquiry.status == InquiryStatus.CLOSED:
        return str(_("This question is settled. Write below, and it is open again."))
    if inquiry.status == InquiryStatus.WAITING:
        return str(_("We answered. Write below if you want to know more."))
    if inquiry.status in FOR_US and inquiry.due_at and inquiry.due_at > now:
        return str(
            _(
                "A person will answer, usually %(moment)s.",
                moment=expected_by(inquiry.due_at, now, settings().zone),
            )
        )
    return str(_("A person will answer as soon as one is free."))


def _wrong_link() -> Response:
    response: Response = mark_private(make_response(render_template("inquiry/wrong_link.html"), 404))
    return response


@pages.get("/inquiries/find")
@allow(ANYONE)
def find() -> str:
    """Where one asks for one's link again."""
    return render_template("inquiry/find.html", errors={}, email="", is_sent="sent" in request.args)


@pages.post("/inquiries/find")
@allow(ANYONE)
def send_link() -> ResponseReturnValue:
    """A letter with the links, if the address asked something; the answer is the same for everyone."""
    try:
        limited("find", lambda s: s.limit_public_writes)
        email = checked(LostLinkForm(), {"email": _("Enter the email address that you asked with")})["email"]
    except (FormNotRight, TooMany) as error:
        errors, status = (
            (error.errors, 422) if isinstance(error, FormNotRight) else (sentences_of(error), 429)
        )
        return render_template(
            "inquiry/find.html", errors=errors, email=request.form.get("email", "")
        ), status
    with database().transaction() as session:
        links.send_my_link(session, email, hour=utc_now().strftime("%Y%m%d%H"))
    return see("/inquiries/find?sent=1")
