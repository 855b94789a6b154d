"""What machines ask for by name: robots.txt, sitemap.xml, favicon.ico."""

from flask import Blueprint, Response, current_app, redirect, render_template
from flask.typing import ResponseReturnValue

from enrollment_service.domain.programs import list_programs
from enrollment_service.domain.sections import list_sections
from enrollment_service.web.desk import desk
from shared.web.access import ANYONE, allow
from shared.web.site import database

pages = Blueprint("wellknown_pages", __name__)
ROBOTS = """User-agent: *
Disallow: /my/
Disallow: /office/
Disallow: /register/
Disallow: /api/
Sitemap: {url}/sitemap.xml
"""


@pages.get("/robots.txt")
@allow(ANYONE)
def robots() -> Response:
    """Programs and sections may be found; what is private or costs a seat may not."""
    return Response(ROBOTS.format(url=desk().settings.public_url), mimetype="text/plain")


@pages.get("/sitemap.xml")
@allow(ANYONE)
def sitemap() -> Response:
    """The pages that are worth finding."""
    with database().reading() as session:
        programs = list_programs(session)
        sections = list_sections(session, is_open=True, limit=500)
    paths = ["/", "/programs", "/compare"]
    paths += [f"/programs/{program.slug}" for program in programs] + [
        f"/sections/{section.id}" for section in sections
    ]
    body = render_template("sitemap.xml", url=desk().settings.public_url, paths=paths)
    return Response(body, mimetype="application/xml")


@pages.get("/favicon.ico")
@allow(ANYONE)
def favicon() -> ResponseReturnValue:
    """The school's mark."""
    return redirect(current_app.jinja_env.globals["asset"]("shared", "frontdesk.svg"), 302)  # type: ignore[operator]
