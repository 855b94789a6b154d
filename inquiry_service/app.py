"""The composition root: the whole service on one screen."""

from pathlib import Path

from flask import Flask

from inquiry_service.clients.enrollment import EnrollmentClient
from inquiry_service.domain import mailboxes
from inquiry_service.domain.service_levels import ZONE
from inquiry_service.mail.letter_templates import templates_of
from inquiry_service.settings import InquirySettings
from inquiry_service.web.api import inbound, inquiries, prefills, replies, saved_replies, staff
from inquiry_service.web.api import threads as threads_api
from inquiry_service.web.auth import identify_by
from inquiry_service.web.pages import ask, ask_embed, desk, first_director, mailbox, sign_in, threads
from inquiry_service.web.parts import Expectation, Parts
from shared.db import Database
from shared.logging import set_up_logging
from shared.references import References
from shared.revisions import Revisions
from shared.serving import end_with_parent
from shared.waiting import wait_for_schema
from shared.web.api import make_api
from shared.web.form_token import FormTokens
from shared.web.site import make_site
from shared.web.work_routes import work_blueprint

FOLDER = Path(__file__).parent


def create_app(settings: InquirySettings, database: Database | None = None) -> Flask:
    """The inquiry service as a WSGI application."""
    database = database or Database(settings.database_url, pool_size=settings.pool_size, name="inquiry-web")
    database.facts[ZONE] = settings.zone
    app = make_site(
        __name__,
        settings,
        database,
        service="inquiry",
        folder=FOLDER,
        identify=identify_by(database),
        own_condition=lambda session: mailboxes.own_condition(session, settings.mailbox_names),
    )
    app.extensions["inquiry"] = Parts(
        References(database, "inquiry_reference_seq", "Q"),
        EnrollmentClient(settings.enrollment_internal_url, settings.pair_secret),
        FormTokens(settings.secret_key, "ask"),
        Expectation(database, settings.zone),
        templates_of(settings),
    )
    api = make_api(app, "inquiry", "Frontdesk: inquiries")
    work = work_blueprint("inquiry", roles=("director",))
    apis = (
        inquiries.bp,
        threads_api.bp,
        replies.bp,
        saved_replies.bp,
        staff.bp,
        prefills.bp,
        inbound.bp,
        work,
    )
    for blueprint in apis:
        api.register_blueprint(blueprint)
    for pages in (ask.pages, ask_embed.pages, threads.pages, sign_in.pages, first_director.pages, desk.pages):
        app.register_blueprint(pages)
    if settings.has_mailbox:
        app.register_blueprint(mailbox.pages)
    return app


def make_wsgi() -> Flask:
    """What the WSGI server calls in each of its processes."""
    set_up_logging("inquiry-web")
    end_with_parent()
    settings = InquirySettings.from_env()
    database = Database(settings.database_url, pool_size=settings.pool_size, name="inquiry-web")
    wait_for_schema(database, Revisions.of(FOLDER / "db" / "migrations"))
    return create_app(settings, database)
