"""For the sibling only, by its signature: whose registration a reply address of ours belongs to."""

from typing import Any

from flask import request
from werkzeug.exceptions import Unauthorized

from enrollment_service.domain.errors import RegistrationNotFound
from enrollment_service.domain.registrations import show_by_reply_address
from enrollment_service.web.desk import desk
from enrollment_service.web.schemas.registrations import ReplyAddressSchema
from shared.pair import is_from_sibling
from shared.web.access import SIBLING, allow
from shared.web.api import blueprint, no_store
from shared.web.site import database

bp = blueprint("internal", "enrollment", "For the inquiry service")


@bp.route("/internal/reply-addresses/<address_hash>")
@bp.response(200, ReplyAddressSchema)
@no_store
@allow(SIBLING)
def show_reply_address(address_hash: str) -> Any:
    """The registration that an answer to one of our letters is about."""
    if not is_from_sibling(desk().settings.pair_secret, request.path, request.headers):
        raise Unauthorized
    try:
        hashed = bytes.fromhex(address_hash)
    except ValueError:
        raise RegistrationNotFound() from None
    with database().reading() as session:
        return show_by_reply_address(session, hashed)
