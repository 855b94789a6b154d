"""The site that both services are: a Flask app with its database, headers, languages, limits, errors and doors already in place."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Request, current_app, g, request
from flask_babel import Babel, get_locale
from flask_wtf.csrf import generate_csrf
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from shared.catalogs import catalog_folders
from shared.condition import OwnCondition
from shared.db import Database
from shared.limits import RateLimits, address_block
from shared.people import Person
from shared.revisions import Revisions
from shared.settings import ServiceSettings
from shared.web.headers import add_headers
from shared.web.requests_seen import RequestFigures, SeenRequests, name_route
from shared.web.words import PAGE_FILTERS

SHARED = Path(__file__).parent
MAX_BODY_BYTES = 256 * 1024
Identify = Callable[[Request], Person | None]
AskOwnCondition = Callable[[Session], OwnCondition]


def nothing_of_its_own(session: Session) -> OwnCondition:
    """A service whose condition is the shared one."""
    return OwnCondition((), {})


@dataclass(frozen=True)
class Site:
    """What the views of a service share."""

    service: str
    settings: ServiceSettings
    database: Database
    identify: Identify
    revisions: Revisions
    limits: RateLimits
    figures: RequestFigures
    own_condition: AskOwnCondition


def site() -> Site:
    """The site of the current request."""
    return current_app.extensions["frontdesk"]  # type: ignore[no-any-return]


def database() -> Database:
    """The database of the current request's service."""
    return site().database


def limited(name: str, windows: Callable[[ServiceSettings], str]) -> None:
    """One more request of this kind from the visitor's network. Raises TooMany."""
    here = site()
    here.limits.check(
        f"{here.service}:{name}", address_block(request.remote_addr or ""), windows(here.settings)
    )


def make_site(
    import_name: str,
    settings: ServiceSettings,
    database: Database,
    *,
    service: str,
    folder: Path,
    identify: Identify,
    page_context: Callable[[], dict[str, Any]] = dict,
    own_condition: AskOwnCondition = nothing_of_its_own,
) -> Flask:
    """A Flask app with everything but its routes. `folder` is the service's package."""
    app = Flask(import_name, static_folder=None, template_folder=str(folder / "web" / "templates"))
    is_https = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=100,
        SESSION_COOKIE_NAME=f"{service}_session",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SECRET_KEY=settings.secret_key,
        JSON_SORT_KEYS=False,
        BABEL_DEFAULT_LOCALE=settings.school_locale,
        BABEL_TRANSLATION_DIRECTORIES=";".join(map(str, catalog_folders(folder))),
        BABEL_DEFAULT_TIMEZONE=settings.school_timezone,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(folder / "web" / "templates"), FileSystemLoader(SHARED / "templates")]
    )
    app.jinja_env.filters.update(PAGE_FILTERS)
    app.extensions["frontdesk"] = Site(
        service,
        settings,
        database,
        identify,
        Revisions.of(folder / "db" / "migrations"),
        RateLimits(settings.redis_url),
        figures := RequestFigures(),
        own_condition,
    )
    Babel(app, locale_selector=lambda: settings.school_locale)
    _add_static(app, service, folder)
    _add_request_hooks(app)
    add_headers(app, settings)
    app.context_processor(lambda: _context(settings) | page_context())
    _add_doors(app)
    count = settings.trusted_proxies
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.wsgi_app = SeenRequests(app.wsgi_app, figures, has_gateway=count > 0)  # type: ignore[method-assign]
    return app


def _add_doors(app: Flask) -> None:
    from shared.web.access import guard
    from shared.web.health import health
    from shared.web.problems import register_errors

    register_errors(app)
    guard(app)
    app.register_blueprint(health)


def _add_static(app: Flask, service: str, folder: Path) -> None:
    import flask_swagger_ui

    files = WhiteNoise(app.wsgi_app, max_age=31_536_000)
    files.add_files(str(SHARED / "static"), prefix="static/shared/")
    files.add_files(str(folder / "web" / "static"), prefix=f"static/{service}/")
    files.add_files(str(Path(flask_swagger_ui.__file__).parent / "dist"), prefix=f"static/{service}/swagger/")
    app.wsgi_app = files  # type: ignore[method-assign]
    roots = {"shared": SHARED / "static", service: folder / "web" / "static"}

    @lru_cache(maxsize=256)
    def asset(owner: str, filename: str) -> str:
        digest = hashlib.sha256((roots[owner] / filename).read_bytes()).hexdigest()[:10]
        return f"/static/{owner}/{filename}?v={digest}"

    app.jinja_env.globals["asset"] = asset


def _is_public_read() -> bool:
    """Whether the page or address is for visitors. Health and figures are asked by machines, at their own port."""
    from shared.web.access import ANYONE, LINK, allowed_for

    if request.endpoint is None or request.blueprint == "health":
        return False
    allowed = allowed_for(current_app.view_functions[request.endpoint]) or frozenset()
    return bool(allowed & {ANYONE, LINK})


def _add_request_hooks(app: Flask) -> None:
    @app.before_request
    def _begin() -> None:
        g.request_id = name_route(request)
        if "\0" in request.path:  # PostgreSQL refuses it in any text: no address of ours can have one
            raise NotFound
        if request.method in ("GET", "HEAD") and _is_public_read():
            limited("reads", lambda settings: settings.limit_public_reads)


def _context(settings: ServiceSettings) -> dict[str, Any]:
    """What every page's layout needs."""
    person: Person | None = g.get("person")
    enrollment, inquiry = settings.enrollment_url, settings.inquiry_url
    return {
        "school_name": settings.school_name,
        "school_phone": settings.school_phone,
        "nav_urls": {
            "home": f"{enrollment}/",
            "programs": f"{enrollment}/programs",
            "compare": f"{enrollment}/compare",
            "ask": f"{inquiry}/ask",
            "privacy": f"{inquiry}/privacy",
        },
        "staff": person,
        "desk_url": f"{inquiry}/desk",
        "office_url": f"{enrollment}/office",
        "account_url": f"{inquiry}/account",
        "sign_in_url": f"{inquiry}/sign-in",
        "sign_out_url": f"{inquiry}/sign-out",
        "mailbox_url": f"{inquiry}/mailbox" if settings.has_mailbox else None,
        "csrf_token": generate_csrf,
        "locale": str(get_locale() or settings.school_locale),
        "zone": settings.zone,
        "is_sample": settings.embedded or settings.sample_school,
        "request_id": g.get("request_id", ""),
    }
