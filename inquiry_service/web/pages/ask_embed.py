"""The public form in a frame of another site: the school's own pages, whose origins a director has named."""

from flask import Blueprint, send_from_directory
from flask.typing import ResponseReturnValue

from inquiry_service.domain import allowed_frames
from inquiry_service.web.pages.ask import new_form, take_form, thanks_page
from shared.web.access import ANYONE, allow
from shared.web.headers import may_be_framed_by
from shared.web.site import database

pages = Blueprint("ask_embed", __name__)
FRAME = "/ask/embed"
SCRIPT_KEPT_S = 3600


def _open_to_frames() -> None:
    with database().reading() as session:
        may_be_framed_by(allowed_frames.listed(session))


@pages.get(FRAME)
@allow(ANYONE)
def form() -> ResponseReturnValue:
    """The form without the site around it. Needs no cookie and no script."""
    _open_to_frames()
    return new_form(FRAME)


@pages.post(FRAME)
@allow(ANYONE)
def send() -> ResponseReturnValue:
    """As at the form's own page; the visitor stays in the frame."""
    _open_to_frames()
    return take_form(FRAME)


@pages.get(f"{FRAME}/thanks/<reference>")
@allow(ANYONE)
def thanks(reference: str) -> str:
    """The reference and what happens next."""
    _open_to_frames()
    return thanks_page(reference, FRAME)


@pages.get("/embed.js")
@allow(ANYONE)
def script() -> ResponseReturnValue:
    """The few lines that put the frame into a page and keep it as high as the form; any site may load them, and they do nothing alone."""
    answer = send_from_directory(f"{pages.root_path}/../static", "embed.js", max_age=SCRIPT_KEPT_S)
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
