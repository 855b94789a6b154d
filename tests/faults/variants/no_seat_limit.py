"""An enrollment web process whose statement forgets that seats are limited. Its table's CHECK must be dropped too."""

from flask import Flask

from tests.enrollment.unguarded import unguarded
from tests.faults.variants import run_service


def make_wsgi() -> Flask:
    """The enrollment service, overselling."""
    from enrollment_service import app
    from enrollment_service.db.queries import seating

    seating.TAKE_SEAT = unguarded()
    return app.make_wsgi()


if __name__ == "__main__":
    from enrollment_service import cli

    object.__setattr__(cli.PARTS, "wsgi_target", "tests.faults.variants.no_seat_limit:make_wsgi")
    run_service()
