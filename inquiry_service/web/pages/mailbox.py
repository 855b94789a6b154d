"""The embedded run's mailbox: every letter of both services as its recipient would see it, and answering one as them.

It stands only on a machine's own loopback: whoever is behind a gateway meets a 404.
"""

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from inquiry_service.domain import inbound
from inquiry_service.mail import maildir_letters
from inquiry_service.mail.maildir_letters import LetterHead
from inquiry_service.mail.parse import parse
from inquiry_service.web.downloads import letter_in_a_frame
from inquiry_service.web.forms import FormNotRight, checked, page, see, submission_id, typed
from inquiry_service.web.parts import settings
from inquiry_service.web.schemas.forms import MailForm
from inquiry_service.web.this_machine import require_this_machine
from inquiry_service.web.words import said_at
from shared import idempotency
from shared.clock import utc_now
from shared.tokens import new_id
from shared.web.access import ANYONE, allow, person_or_none, require_own_page
from shared.web.site import database

pages = Blueprint("mailbox", __name__, url_prefix="/mailbox")


@pages.before_request
def _only_here() -> None:
    require_this_machine()
    person_or_none()  # who is signed in finds the way back to the desk


@pages.get("")
@allow(ANYONE)
def show() -> str:
    """All letters, newest first, or one recipient's."""
    return render_template("mailbox/list.html", **_list(), recipients=_recipients(), letter=None)


@pages.get("/list")
@allow(ANYONE)
def list_part() -> Response:
    """The list alone, for a page that keeps itself fresh."""
    response: Response = make_response(render_template("mailbox/_rows.html", **_list()))
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


@pages.get("/<name>")
@allow(ANYONE)
def letter(name: str) -> ResponseReturnValue:
    """One letter."""
    return _letter_page(name)


@pages.get("/<name>/html")
@allow(ANYONE)
def html(name: str) -> Response:
    """The letter's HTML part in a sandbox: it runs nothing and loads nothing."""
    found = maildir_letters.html_of(maildir_letters.read(_bytes(name)))
    if found is None:
        raise NotFound
    return letter_in_a_frame(found)


@pages.get("/<name>/original")
@allow(ANYONE)
def original(name: str) -> Response:
    """The letter byte for byte."""
    return _download(_bytes(name), "message/rfc822", f"{name.partition('.')[0]}.eml")


@pages.get("/<name>/files/<int:number>")
@allow(ANYONE)
def file(name: str, number: int) -> Response:
    """A file of the letter."""
    files = maildir_letters.files_of(maildir_letters.read(_bytes(name)))
    if not 1 <= number <= len(files):
        raise NotFound
    return _download(files[number - 1].data, files[number - 1].type, files[number - 1].name)


def _download(data: bytes, type_: str, name: str) -> Response:
    response = Response(data, mimetype=type_)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@pages.post("/<name>/answer")
@allow(ANYONE)
def answer(name: str) -> ResponseReturnValue:
    """The recipient's mail takes the same road in as one from outside: its bytes are stored first."""
    require_own_page()
    try:
        body = checked(MailForm(), {"body": _("Write the answer first")})["body"]
    except FormNotRight as error:
        return _letter_page(name, body=typed("body"), errors=error.errors, status=422)
    _deliver_once(_bytes(name), name, body)
    flash(_("Delivered. It is read and filed in a moment."))
    return see(f"/mailbox/{name}?{_to_query()}")


def _deliver_once(data: bytes, name: str, body: str) -> None:
    message = maildir_letters.read(data)
    mail = maildir_letters.write_back(message, body, parse(data).text, now=utc_now())
    envelope_to = maildir_letters.reply_address(message)

    def work(session: Session) -> dict[str, Any]:
        stored = inbound.store_raw(session, mail, mailbox=inbound.MAILBOX_PAGE, envelope_to=envelope_to)
        return {"id": str(stored)}

    body_hash = idempotency.fingerprint({"body": body})
    idempotency.once(
        database(), f"mailbox:{name}", f"{submission_id()}:{body_hash.hex()[:16]}", body_hash, work
    )


def _letter_page(
    name: str, *, body: str = "", errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    data = _bytes(name)
    message, read = maildir_letters.read(data), parse(data)
    shown = {
        "name": name,
        "subject": read.subject or _("(no subject)"),
        "recipient": maildir_letters.recipient_of(message),
        "headers": [
            (header, str(message[header])) for header in ("From", "To", "Reply-To", "Date") if message[header]
        ],
        "text": read.text,
        "has_html": maildir_letters.html_of(message) is not None,
        "files": maildir_letters.files_of(message),
        "answer_to": maildir_letters.reply_address(message),
    }
    html = render_template(
        "mailbox/letter.html",
        **_list(),
        recipients=_recipients(),
        letter=shown,
        body=body,
        errors=errors or {},
        submission_id=request.form.get("submission_id") or str(new_id()),
    )
    return page(html, status, headers={"Cache-Control": "no-store"})


def _folder() -> Path:
    folder = settings().mailbox_folder
    if folder is None:
        raise NotFound
    return folder


def _bytes(name: str) -> bytes:
    data = maildir_letters.raw_letter(_folder(), name)
    if data is None:
        raise NotFound
    return data


def _to() -> str | None:
    return request.args.get("to") or request.form.get("to") or None


def _to_query() -> str:
    to = _to()
    return urlencode({"to": to}) if to else ""


def _list() -> dict[str, Any]:
    now = utc_now()
    heads = maildir_letters.letters_in(_folder(), to=_to())
    return {
        "letters": [_row(head, now) for head in heads],
        "to": _to() or "",
        "to_query": _to_query(),
        "current": (request.view_args or {}).get("name") or request.args.get("at", ""),
    }


def _row(head: LetterHead, now: datetime) -> dict[str, str]:
    return {
        "name": head.name,
        "recipient": head.recipient,
        "subject": head.subject or _("(no subject)"),
        "words": said_at(head.at, now, settings().zone),
    }


def _recipients() -> list[tuple[str, int]]:
    """Everybody who got a letter, with how many."""
    counts: dict[str, int] = {}
    for head in maildir_letters.letters_in(_folder()):
        counts[head.recipient] = counts.get(head.recipient, 0) + 1
    return sorted(counts.items())
