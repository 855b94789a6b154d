"""The relay's way to ring for workers: Celery's message, written by kombu alone, since a relay with all of Celery in it weighs more.

Source: docs.celeryq.dev, "Message Protocol", version 2. A test has a real worker run what is rung for.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from kombu.connection import Connection
from kombu.messaging import Producer

# The relay must never hang on a frozen broker: it has rows to drain by itself.
RELAY_TRANSPORT = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "health_check_interval": 10,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.05,
    "interval_max": 0.05,
}


class Doorbell:
    """Rings for the workers of a service. A ring that fails, or may have failed, is no loss: the row is still there."""

    def __init__(self, service: str, redis_url: str) -> None:
        self._service = service
        self._connection: Any = Connection(  # type: ignore[no-untyped-call]
            redis_url, connect_timeout=1, transport_options=RELAY_TRANSPORT
        )

    def ring(self, queue: str, ids: Sequence[UUID]) -> None:
        """The ids of rows are offered to the workers of that task queue. Raises whatever kombu raises."""
        task_id = str(uuid4())
        headers = {
            "lang": "py",
            "task": f"{self._service}.{'send_letters' if queue == 'letters' else 'run_jobs'}",
            "id": task_id,
            "root_id": task_id,
            "parent_id": None,
            "group": None,
        }
        nothing_after = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
        try:
            producer: Any = Producer(self._connection.default_channel)  # type: ignore[no-untyped-call]
            producer.publish(
                [[[str(row_id) for row_id in ids]], {}, nothing_after],
                serializer="json",
                routing_key=f"{self._service}.{queue}",  # without an exchange this is the queue itself
                headers=headers,
                correlation_id=task_id,
                retry=False,
            )
        except Exception:
            self._connection.close()  # the next ring begins anew, whatever state this one left
            raise
