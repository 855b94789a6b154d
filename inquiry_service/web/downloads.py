"""Files that strangers sent: saved by a browser and never opened by it, whatever they claim to be."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask_babel import gettext as _

from inquiry_service.db.models import MailFile
from shared.web.headers import FILE_CSP

LETTER_CSP = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def saved_as(name: str, data: bytes, *, type_: str = "application/octet-stream") -> Response:
    """An answer that a browser can only save, under that name."""
    response = Response(data, mimetype=type_)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = FILE_CSP
    return response


def letter_in_a_frame(html: str) -> Response:
    """A letter's HTML part for a frame of our own pages: it runs nothing and loads nothing."""
    headers = {
        "Content-Security-Policy": LETTER_CSP,
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "no-store",
    }
    return Response(html, headers=headers, mimetype="text/html")


def listed(files: Sequence[MailFile]) -> list[dict[str, Any]]:
    """The files as a page names them; a picture of the text's own, such as a logo, is no file that somebody sent."""
    return [
        {"number": file.number, "name": file.name, "size": sized(file.size_bytes)}
        for file in files
        if not file.is_shown_in_text
    ]


def sized(size_bytes: int) -> str:
    """`12 KB`, `1.5 MB`."""
    if size_bytes < 1024 * 1024:
        return str(_("%(n)s KB", n=max(size_bytes // 1024, 1)))
    return str(_("%(n)s MB", n=round(size_bytes / 1024 / 1024, 1)))
