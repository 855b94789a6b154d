"""For the operator and the machines around us: alive, ready, and figures. Never passes the gateway."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from shared.condition import Condition, jobs_by_state, letters_by_state, read_condition
from shared.redis_server import redis_fault
from shared.web.access import ANYONE, allow
from shared.web.site import database, site

health = Blueprint("health", __name__)
T = TypeVar("T")
DATABASE_ANSWERS_WITHIN_S = 4.0
EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
_VERSION = text("SELECT version_num FROM alembic_version")
_NOT_MIGRATED = "the database is not migrated"


@health.get("/health/live")
@allow(ANYONE)
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@health.get("/health/ready")
@allow(ANYONE)
def ready() -> tuple[Response, int]:
    """200 when the database is reachable and migrated; whatever else is wrong is *degraded*, with reasons."""
    try:
        ask_own = site().own_condition
        found, condition, own = _answer_of_database(
            lambda session: (_revisions_in(session), read_condition(session), ask_own(session))
        )
    except ProgrammingError:  # a table is not there, or not ours to read yet
        return _unready(_NOT_MIGRATED)
    except (SQLAlchemyError, TimeoutError) as error:
        return _unready(f"database: {type(error).__name__}")
    if not site().revisions.are_in(found):
        return _unready(_NOT_MIGRATED)
    reasons = [*condition.reasons(), *own.reasons]
    fault = redis_fault(site().settings.redis_url)
    if fault is not None:
        reasons.append(f"Redis does not answer ({fault}): work goes on, slower")
    return jsonify(status="degraded" if reasons else "ready", reasons=reasons), 200


def _revisions_in(session: Session) -> Sequence[str]:
    return session.execute(_VERSION).scalars().all()


def _answer_of_database(ask: Callable[[Session], T]) -> T:
    """What the database says. Raises TimeoutError: one that hangs takes connections and never answers on them."""
    said: Future[T] = Future()
    road = database()

    def run() -> None:
        try:
            with road.reading() as session:
                said.set_result(ask(session))
        except BaseException as error:
            said.set_exception(error)

    Thread(target=run, name="health", daemon=True).start()
    return said.result(DATABASE_ANSWERS_WITHIN_S)


def _unready(reason: str) -> tuple[Response, int]:
    return jsonify(status="unready", reasons=[reason]), 503


@health.get("/metrics")
@allow(ANYONE)
def metrics() -> Response:
    """Figures for Prometheus: of the service from its rows, of the requests from the processes on this port."""
    registry = CollectorRegistry()
    registry.register(_RowFigures())
    return Response(generate_latest(registry) + site().figures.exposition(), content_type=EXPOSITION)


class _RowFigures(Collector):
    """What the rows say. Without the database there is nothing to say but that it is away."""

    def collect(self) -> Iterator[Metric]:
        """Asked once a scrape."""
        is_redis_up = redis_fault(site().settings.redis_url) is None
        yield GaugeMetricFamily("frontdesk_redis_up", "Whether Redis answers", value=float(is_redis_up))
        ask_own = site().own_condition
        try:
            condition, jobs, letters, own = _answer_of_database(
                lambda session: (
                    read_condition(session),
                    jobs_by_state(session),
                    letters_by_state(session),
                    ask_own(session),
                )
            )
        except (SQLAlchemyError, TimeoutError):
            yield GaugeMetricFamily("frontdesk_database_up", "Whether the database answers", value=0.0)
            return
        yield GaugeMetricFamily("frontdesk_database_up", "Whether the database answers", value=1.0)
        yield from _conditions(condition)
        for name, (words, value) in own.figures.items():
            yield GaugeMetricFamily(name, words, value=value)
        yield _by("frontdesk_jobs", "Jobs by state", "status", jobs)
        yield _by("frontdesk_letters", "Letters by state", "status", letters)


def _conditions(condition: Condition) -> Iterator[Metric]:
    figures = {
        "frontdesk_oldest_due_job_seconds": ("Age of the oldest job that is due", condition.oldest_due_job_s),
        "frontdesk_oldest_due_letter_seconds": (
            "Age of the oldest letter that is due",
            condition.oldest_due_letter_s,
        ),
        "frontdesk_oldest_ready_letter_seconds": (
            "How long the oldest rendered letter has waited for the mail server",
            condition.oldest_ready_letter_s,
        ),
        "frontdesk_jobs_parked": ("Jobs that wait for a person", condition.parked),
        "frontdesk_recurring_jobs_failing": ("Recurring jobs that keep failing", condition.failing),
        "frontdesk_ledger_findings": (
            "Rows that the last reconciliation says do not add up",
            condition.unbalanced,
        ),
        "frontdesk_letters_in_doubt": ("Letters that may have been sent", condition.in_doubt),
    }
    for name, (words, value) in figures.items():
        yield GaugeMetricFamily(name, words, value=value)
    alive = {"worker": condition.workers, "relay": condition.relays}
    yield _by("frontdesk_processes_alive", "Processes that were seen of late", "role", alive)


def _by(name: str, words: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
