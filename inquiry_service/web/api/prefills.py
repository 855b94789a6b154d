"""For the sibling only, by its signature: whose details the register form begins with."""

from marshmallow import fields

from inquiry_service.domain import registration_links
from inquiry_service.domain.errors import LinkExpired
from inquiry_service.domain.registration_links import Prefill
from shared.web.access import SIBLING, allow
from shared.web.api import blueprint, no_store
from shared.web.fields import Schema
from shared.web.site import database

bp = blueprint("prefills", "inquiry", "For the enrollment service")


class PrefillSchema(Schema):
    """What an asker need not type again."""

    name = fields.String(required=True)
    email = fields.String(required=True)
    phone = fields.String(allow_none=True, required=True)
    inquiry = fields.String(required=True)
    section_id = fields.UUID(required=True)


@bp.route("/internal/prefills/<secret_hash>", methods=["GET"])
@bp.response(200, PrefillSchema)
@no_store
@allow(SIBLING)
def show_prefill(secret_hash: str) -> Prefill:
    """The asker behind a registration link, by the hash of its secret."""
    try:
        hashed = bytes.fromhex(secret_hash)
    except ValueError:
        raise LinkExpired() from None
    with database().reading() as session:
        return registration_links.behind(session, hashed)
