"""Mail from a program that signs: a raw mail (RFC 822) by POST, kept before it is answered."""

from typing import Any

from flask import request
from marshmallow import fields
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge, Unauthorized, UnsupportedMediaType

from inquiry_service.domain.intake import MOST_BYTES, WEBHOOK, store_at_once
from inquiry_service.web.parts import settings
from shared.errors import Invalid
from shared.phrases import phrase
from shared.web.access import ANYONE, allow
from shared.web.api import blueprint
from shared.web.fields import Schema
from shared.web.site import database
from shared.webhook_signature import is_signed, is_timely

bp = blueprint("inbound", "inquiry", "Mail in")
RAW = {"content": {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}}, "required": True}


class TakenSchema(Schema):
    """What became of a mail: the same bytes again are nothing new."""

    is_new = fields.Boolean(required=True)


@bp.route("/inbound", methods=["POST"])
@bp.doc(requestBody=RAW)
@bp.response(202, TakenSchema)
@allow(ANYONE)
def take_in(**nothing: Any) -> dict[str, bool]:
    """A mail, signed as Standard Webhooks are (`webhook-id`, `webhook-timestamp`, `webhook-signature`); at most 25 MB.

    202 once the bytes are committed, also for a mail that came before. Whoever hears 503 sends it again.
    """
    secret = settings().inbound_secret
    if not secret or not is_timely(request.headers):
        raise Unauthorized
    if request.mimetype != "message/rfc822":
        raise UnsupportedMediaType
    data = _body()
    if not is_signed(secret, request.headers, data):
        raise Unauthorized
    if not data:
        raise Invalid(fields={"body": [phrase("This is needed.")]})
    return {"is_new": store_at_once(database(), data, mailbox=WEBHOOK)}


def _body() -> bytes:
    """The bytes, as far as they may be; every other address of ours takes far less."""
    if request.content_length is None:
        raise LengthRequired
    if request.content_length > MOST_BYTES:
        raise RequestEntityTooLarge
    request.max_content_length = MOST_BYTES
    return request.get_data(cache=False)
