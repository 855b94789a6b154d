"""The composition root: the whole service on one screen."""

from pathlib import Path

from flask import Flask

from enrollment_service.clients.inquiry import StaffDirectory
from enrollment_service.settings import EnrollmentSettings
from enrollment_service.web.api import BLUEPRINTS
from enrollment_service.web.auth import RUNS_OFFICE, make_identify, page_context
from enrollment_service.web.desk import Desk
from enrollment_service.web.pages import PAGES
from enrollment_service.web.words import add_words
from shared.db import Database
from shared.logging import set_up_logging
from shared.revisions import Revisions
from shared.serving import end_with_parent
from shared.waiting import wait_for_schema
from shared.web.api import make_api
from shared.web.site import make_site
from shared.web.work_routes import work_blueprint

FOLDER = Path(__file__).parent


def create_app(settings: EnrollmentSettings, database: Database | None = None) -> Flask:
    """The web application for these settings."""
    database = database or Database(
        settings.database_url, pool_size=settings.pool_size, name="enrollment-web"
    )
    staff = StaffDirectory(
        settings.inquiry_internal_url, settings.pair_secret, timeout_s=settings.inquiry_timeout_s
    )
    app = make_site(
        "enrollment_service",
        settings,
        database,
        service="enrollment",
        folder=FOLDER,
        identify=make_identify(database, staff),
        page_context=page_context,
    )
    app.extensions["enrollment_desk"] = Desk.make(settings, database, staff)
    add_words(app)
    api = make_api(app, "enrollment", f"{settings.school_name}: enrollment")
    for blueprint in (*BLUEPRINTS, work_blueprint("enrollment", roles=RUNS_OFFICE)):
        api.register_blueprint(blueprint)
    for pages in PAGES:
        app.register_blueprint(pages)
    return app


def make_wsgi() -> Flask:
    """What the WSGI server calls in each of its processes."""
    set_up_logging("enrollment-web")
    end_with_parent()
    settings = EnrollmentSettings.from_env()
    database = Database(settings.database_url, pool_size=settings.pool_size, name="enrollment-web")
    wait_for_schema(database, Revisions.of(FOLDER / "db" / "migrations"))
    return create_app(settings, database)
