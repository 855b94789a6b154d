"""Every request gets an id, one line in the log and a place in the figures, by the route's template: never a path, a query or an address."""

import re
from typing import Any

import structlog
from flask import Request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from shared.clock import monotonic_s
from shared.tokens import new_id

ROUTE, REQUEST_ID = "frontdesk.route", "frontdesk.request_id"
A_FILE, NO_ROUTE = "(file)", "(none)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
log = structlog.get_logger()
disable_created_metrics()  # type: ignore[no-untyped-call]  # a time a series, which nobody asked for


class RequestFigures:
    """Counts of the requests. Where several processes share a port they keep them in one folder, and any of them tells all."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self._count = Counter(
            "frontdesk_requests", "Requests answered", ["route", "method", "status"], registry=self._own
        )
        self._seconds = Histogram(
            "frontdesk_request_seconds",
            "How long requests took",
            ["route", "method"],
            buckets=BUCKETS_S,
            registry=self._own,
        )

    def saw(self, route: str, method: str, status: int, seconds: float) -> None:
        """One more request was answered."""
        self._count.labels(route, method, f"{status // 100}xx").inc()
        self._seconds.labels(route, method).observe(seconds)

    def exposition(self) -> bytes:
        """The figures as Prometheus reads them: of all processes on this port, where they share a folder."""
        together = CollectorRegistry()
        try:
            MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        except ValueError:  # no folder is named: this process is alone
            return generate_latest(self._own)
        return generate_latest(together)


class SeenRequests:
    """Around the whole application, so that a file and a failure are seen too."""

    def __init__(self, inside: Any, figures: RequestFigures, *, has_gateway: bool) -> None:
        self.inside = inside
        self._figures = figures
        self._has_gateway = has_gateway

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """A WSGI application."""
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._has_gateway else ""
        environ[REQUEST_ID] = given if _GIVEN_ID.fullmatch(given) else new_id().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=environ[REQUEST_ID])
        said = ["500"]

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            said[0] = status
            return start_response(status, headers, exc_info)

        began_s = monotonic_s()
        try:
            return self.inside(environ, start)
        finally:
            self._tell(environ, int(said[0][:3]), monotonic_s() - began_s)

    def _tell(self, environ: Any, status: int, seconds: float) -> None:
        method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in METHODS else "other"
        route = environ.get(ROUTE, A_FILE)
        self._figures.saw(route, method, status, seconds)
        log.info(
            "request",
            route=route,
            method=method,
            status=status,
            ms=round(seconds * 1000, 1),
            request_id=environ[REQUEST_ID],
        )


def name_route(request: Request) -> str:
    """The request's id; from here on it is seen under the template of its route."""
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule is not None else NO_ROUTE
    return str(request.environ[REQUEST_ID])
