"""Pages that only the person at this very machine may meet: they show every letter."""

import ipaddress
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import NotFound

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


def require_this_machine() -> None:
    """The request comes from here, to a loopback name, and passed no gateway. Raises 404 otherwise: the page is not there.

    The name is compared too: a page on another site may point its own name at 127.0.0.1.
    """
    try:
        is_here = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        is_here = False
    host = urlsplit(f"//{request.host}").hostname
    is_forwarded = any(name.lower().startswith(("x-forwarded-", "forwarded")) for name, _ in request.headers)
    if not is_here or host not in LOOPBACK_NAMES or is_forwarded:
        raise NotFound
