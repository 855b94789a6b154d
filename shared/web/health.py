"""For the operator and the machines around us: alive, ready, and figures. Never passes the gateway."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared import holding
from shared.presence import count_alive
from shared.web.access import ANYONE, allow
from shared.web.site import database, site

health = Blueprint("health", __name__)
_VERSION = text("SELECT version_num FROM alembic_version")
_WORK = text("""
    SELECT coalesce(extract(epoch FROM now() - min(due_at) FILTER (WHERE status IN ('queued', 'leased') AND due_at <= now())), 0)
               AS oldest_due_s,
           count(*) FILTER (WHERE status = 'parked') AS parked,
           count(*) FILTER (WHERE every IS NOT NULL AND attempts >= 3) AS failing
    FROM job WHERE status <> 'done'
""")
_LETTERS = text("SELECT status, count(*) AS letters FROM letter GROUP BY status")


@health.get("/health/live")
@allow(ANYONE)
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@health.get("/health/ready")
@allow(ANYONE)
def ready() -> tuple[Response, int]:
    """200 when the database is reachable and migrated; workers gone or recurring work failing is *degraded*, with reasons."""
    try:
        reasons = _what_is_wrong()
    except SQLAlchemyError as error:
        return jsonify(status="unready", reasons=[f"database: {type(error).__name__}"]), 503
    if reasons is None:
        return jsonify(status="unready", reasons=["the database is not migrated"]), 503
    return jsonify(status="degraded" if reasons else "ready", reasons=reasons), 200


def _what_is_wrong() -> Sequence[str] | None:
    with database().reading() as session:
        if not site().revisions.are_in(session.execute(_VERSION).scalars().all()):
            return None
        work = session.execute(_WORK).one()
        reasons = []
        if held := holding.state(session):
            reasons.append(f"held, {held.because}: nothing is sent until `resume`")
        if not count_alive(session, "worker"):
            reasons.append("no worker is alive: the relay does the work, slower")
        if not count_alive(session, "relay"):
            reasons.append("no relay is alive: nothing is sent")
        if work.failing:
            reasons.append(f"{work.failing} recurring jobs keep failing")
        if work.parked:
            reasons.append(f"{work.parked} jobs are parked")
    return reasons


@health.get("/metrics")
@allow(ANYONE)
def metrics() -> Response:
    """Figures for Prometheus, read from the rows."""
    registry = CollectorRegistry()
    with database().reading() as session:
        work = session.execute(_WORK).one()
        letters: Sequence[Any] = session.execute(_LETTERS).all()
    Gauge("frontdesk_oldest_due_job_seconds", "Age of the oldest job that is due", registry=registry).set(
        float(work.oldest_due_s)
    )
    Gauge("frontdesk_jobs_parked", "Jobs that wait for a person", registry=registry).set(work.parked)
    by_status = Gauge("frontdesk_letters", "Letters by status", ["status"], registry=registry)
    for row in letters:
        by_status.labels(row.status).set(row.letters)
    return Response(generate_latest(registry), mimetype="text/plain")
