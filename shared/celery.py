"""Celery spreads the work over processes and machines; PostgreSQL remembers it.

Messages are doorbells (`shared/doorbell.py`): ids of rows. No result backend, no countdown, no retry of Celery's own;
the lease is the only redelivery clock.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

import structlog
from celery import Celery
from kombu.entity import Queue
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.waiting import Patience

log = structlog.get_logger()
QUEUES = ("letters", "inbound", "light")
WORKER_TRANSPORT = {"socket_timeout": 5, "socket_connect_timeout": 5, "health_check_interval": 10}


def make_celery(service: str, redis_url: str, *, is_current: bool = True) -> Celery:
    """A Celery application that talks JSON about ids and keeps no results. Prefixed by the service, so the pair can share a broker."""
    app = Celery(service, broker=redis_url, backend=None, set_as_current=is_current)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=False,
        task_queues=[
            Queue(f"{service}.{name}", routing_key=f"{service}.{name}")  # type: ignore[no-untyped-call]
            for name in QUEUES
        ],
        task_default_queue=f"{service}.light",
        task_create_missing_queues=False,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_soft_shutdown_timeout=2.0,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=5,
        broker_transport_options=WORKER_TRANSPORT,
    )
    return app


def add_tasks(
    app: Celery,
    service: str,
    send_letters: Callable[[list[UUID]], object],
    run_jobs: Callable[[list[UUID]], object],
) -> None:
    """The two tasks, each with a batch of hints."""
    patience = Patience()

    @app.task(name=f"{service}.send_letters")  # type: ignore[untyped-decorator]
    def _send_letters(ids: list[str]) -> None:
        _heed(send_letters, ids, patience)

    @app.task(name=f"{service}.run_jobs")  # type: ignore[untyped-decorator]
    def _run_jobs(ids: list[str]) -> None:
        _heed(run_jobs, ids, patience)


def _heed(work: Callable[[list[UUID]], object], ids: Sequence[str], patience: Patience) -> None:
    """One ring is answered. The rows stay whatever happens, and the relay rings again; Celery's own word on an
    error would be its whole trace, with what a statement quotes, for every ring."""
    try:
        work([UUID(value) for value in ids])
    except (OperationalError, PoolTimeout) as error:
        patience.wait("the database", type(error).__name__)
    except Exception:
        log.exception("work_failed")
    else:
        patience.over()
