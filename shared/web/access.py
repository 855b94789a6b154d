"""Who may come in: every view says so with `@allow`, and one that says nothing is refused.

A sibling comes by its signature, which is checked here and in no view. A person comes by the `staff` cookie (then unsafe requests
must also prove that they come from our own pages) or by a bearer token.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, current_app, g, redirect, request
from flask_wtf.csrf import ValidationError, validate_csrf
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response

from shared import errors
from shared.pair import is_from_sibling
from shared.people import Person
from shared.phrases import phrase

ANYONE = "anyone"
LINK = "link"
SIBLING = "sibling"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
View = TypeVar("View", bound=Callable[..., Any])
_MARK = "__frontdesk_allow__"
_MOST_BYTES = "__frontdesk_most_bytes__"


class TokenReadsOnly(errors.Forbidden):
    """The token was made for reading."""

    code = "token-reads-only"
    title = phrase("This token may only read")


def allow(*who: str) -> Callable[[View], View]:
    """The view is for ANYONE, for the holder of a LINK, for the SIBLING service, or for people with one of the roles."""

    def mark(view: View) -> View:
        setattr(view, _MARK, frozenset(who))
        return view

    return mark


def takes_files(most_bytes: int) -> Callable[[View], View]:
    """Who may call the view may send it so much: read only after the caller is known."""

    def mark(view: View) -> View:
        setattr(view, _MOST_BYTES, most_bytes)
        return view

    return mark


def allowed_for(view: Callable[..., Any]) -> frozenset[str] | None:
    """Who may call the view, or none when it does not say."""
    return getattr(view, _MARK, None)


def is_api() -> bool:
    """Whether this request wants JSON whatever happens."""
    return request.path.startswith("/api/")


def current_person() -> Person:
    """Who is asking. Raises 401 (or sends a page's visitor to the sign-in)."""
    person = person_or_none()
    if person is None:
        raise Unauthorized
    return person


def person_or_none() -> Person | None:
    """Who is asking, if anybody known. Asked once a request."""
    if "person" not in g:
        g.person = current_app.extensions["frontdesk"].identify(request)
    person: Person | None = g.person
    return person


def is_same_origin() -> bool:
    """Whether the browser says that the request comes from a page of this very origin."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host


def require_own_page() -> None:
    """The request comes from a form of ours. Raises 403."""
    if not is_same_origin():
        raise Forbidden(phrase("This request came from another site."))
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
    except ValidationError:
        raise Forbidden(
            phrase(
                "The page was open for too long. Go back, reload it and try again: what you typed is still there."
            )
        ) from None


def check_access() -> Response | None:
    """Before each request: the view's `@allow` holds."""
    if request.endpoint is None:
        return None  # 404 or 405 follow
    allowed = allowed_for(current_app.view_functions[request.endpoint])
    if allowed is None:
        raise RuntimeError(f"{request.endpoint} does not say who may call it")
    if allowed & {ANYONE, LINK}:
        return None
    if SIBLING in allowed:  # before anything is read of the request
        _require_signature()
        return None
    person = person_or_none()
    if person is None:
        if is_api() or request.method not in ("GET", "HEAD"):
            raise Unauthorized
        return redirect_to_sign_in()
    if not person.has_any(allowed):
        raise Forbidden(phrase("Your role does not open this door."))
    if request.method in UNSAFE and "write" not in person.scopes:
        raise TokenReadsOnly
    request.max_content_length = getattr(
        current_app.view_functions[request.endpoint], _MOST_BYTES, request.max_content_length
    )
    if request.method in UNSAFE and person.by == "cookie":
        require_own_page()
    return None


def _require_signature() -> None:
    """The sibling signed this address and this body. Raises 401."""
    secret = current_app.extensions["frontdesk"].settings.pair_secret
    if not is_from_sibling(secret, request.path, request.headers, request.get_data(cache=True)):
        raise Unauthorized


def redirect_to_sign_in() -> Response:
    """To the sign-in page, and from there back to this one."""
    site = current_app.extensions["frontdesk"]
    back = site.settings.public_url + request.full_path.rstrip("?")
    return redirect(f"{site.settings.inquiry_url}/sign-in?{urlencode({'next': back})}", 303)


def guard(app: Flask) -> None:
    """The app asks `check_access` before every view."""
    app.before_request(check_access)
