"""The limit that our POST is measured against: a route that only reads the same body, behind the same server and middleware."""

from pathlib import Path
from typing import Any

from flask import Flask, request

import inquiry_service
from inquiry_service.settings import InquirySettings
from shared.db import Database
from shared.logging import set_up_logging
from shared.serving import end_with_parent, serve
from shared.web.access import ANYONE, allow
from shared.web.site import make_site

PATH = "/api/bare"


def make_wsgi() -> Flask:
    """A site with every hook of ours and one route that touches nothing."""
    set_up_logging("bare")
    end_with_parent()
    settings = InquirySettings.from_env()
    app = make_site(
        "bare",
        settings,
        Database(settings.database_url, pool_size=1),
        service="inquiry",
        folder=Path(str(inquiry_service.__file__)).parent,
        identify=lambda request: None,
    )

    @app.post(PATH)
    @allow(ANYONE)
    def bare() -> tuple[dict[str, Any], int]:
        question = request.get_json()
        return {"id": None, "reference": question["program"], "status": "new"}, 201

    return app


if __name__ == "__main__":
    given = InquirySettings.from_env()
    serve(
        "benchmarks.bare:make_wsgi",
        host=given.host,
        port=given.port,
        processes=given.web_processes,
        threads=given.web_threads,
    )
