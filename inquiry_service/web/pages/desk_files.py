"""What came with a mail, and the mail itself as it came: for the desk, to be saved."""

from uuid import UUID

from flask import Blueprint, Response

from inquiry_service.domain import mail_files
from inquiry_service.web.auth import DESK
from inquiry_service.web.downloads import saved_as
from shared.web.access import allow
from shared.web.site import database

pages = Blueprint("mail_files", __name__, url_prefix="/desk/mails/<uuid:raw_id>")


@pages.get("/original")
@allow(*DESK)
def original(raw_id: UUID) -> Response:
    """The mail byte for byte."""
    with database().reading() as session:
        data = mail_files.original(session, raw_id)
    return saved_as(f"{raw_id}.eml", data, type_="message/rfc822")


@pages.get("/files/<int:number>")
@allow(*DESK)
def file(raw_id: UUID, number: int) -> Response:
    """One of its files."""
    with database().reading() as session:
        found, data = mail_files.find(session, raw_id, number)
    return saved_as(found.name, data)
