"""What every answer tells a browser, files and errors included; and what may be kept of it, by whom the address is for."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, session
from werkzeug.routing import RequestRedirect

from shared.settings import ServiceSettings
from shared.web.access import ANYONE, LINK, UNSAFE, allowed_for

PAGE_CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'{form_action}; frame-src 'self'; frame-ancestors "
)
FILE_CSP = "default-src 'none'; style-src 'self'; sandbox; frame-ancestors 'none'"
ALWAYS = (
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-cache"),
    ("Content-Security-Policy", FILE_CSP),  # of files, 304 too; pages say their own
)


class ShutDoors:
    """Around the whole application, so that no answer is without them: what the inside did not say is said here."""

    def __init__(self, inside: Any, headers: Iterable[tuple[str, str]]) -> None:
        self.inside = inside
        self._headers = [(name, name.lower(), value) for name, value in headers]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """A WSGI application."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            said = {name.lower() for name, _ in headers}
            headers += [(name, value) for name, lower, value in self._headers if lower not in said]
            return start_response(status, headers, exc_info)

        return self.inside(environ, start)


def add_headers(app: Flask, settings: ServiceSettings) -> None:
    """The doors are shut on every answer of the app, the files before it included."""
    sibling = settings.enrollment_url if settings.public_url == settings.inquiry_url else settings.inquiry_url
    csp = PAGE_CSP.format(form_action=f" {sibling}")

    @app.after_request
    def _finish(response: Any) -> Any:
        response.headers.setdefault(
            "Content-Security-Policy", csp + (" ".join(g.get("framed_by", ())) or "'none'")
        )
        return _say_whose(response)

    headers = [*ALWAYS]
    if settings.public_url.startswith("https://"):
        headers.append(("Strict-Transport-Security", "max-age=31536000"))
    app.wsgi_app = ShutDoors(app.wsgi_app, headers)  # type: ignore[method-assign]


def _say_whose(response: Any) -> Any:
    headers = response.headers
    headers["X-Request-ID"] = g.get("request_id", "")
    if isinstance(request.routing_exception, RequestRedirect):
        # Werkzeug writes the Host header into it, which is anybody's to choose
        parts = urlsplit(request.routing_exception.new_url)
        response.set_data("")
        headers["Location"] = "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")
    if _is_behind_link():
        headers["Cache-Control"] = "no-store"
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    elif _is_private():
        headers.setdefault("Cache-Control", "no-store")
    return response


def _allowed() -> frozenset[str]:
    if request.endpoint is None:
        return frozenset({ANYONE})
    return allowed_for(current_app.view_functions[request.endpoint]) or frozenset()


def _is_behind_link() -> bool:
    return LINK in _allowed()


def _is_private() -> bool:
    """For somebody known, or with a form's own proof in it, or an answer to what was sent."""
    return "person" in g or request.method in UNSAFE or bool(session.accessed) or ANYONE not in _allowed()


def may_be_framed_by(origins: Iterable[str]) -> None:
    """Pages of these sites may show this answer in a frame. Browsers heed the policy's word on frames, and then no other header."""
    g.framed_by = tuple(origins)


def mark_private(response: Any) -> Any:
    """A page behind a secret link: kept nowhere, found by nobody, named to no other site."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
