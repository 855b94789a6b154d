"""Where work is done, whoever rings: a Celery worker, or the relay itself when no worker answers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from shared.db import Database
from shared.jobs import JobKind, run_job
from shared.letter_freezing import Freezer
from shared.letter_sending import Connections, LetterSender
from shared.transports import TransportSettings, open_transport


class Workshop:
    """The hands of one process: it sends letters and runs jobs by their ids, through leases."""

    def __init__(
        self,
        database: Database,
        kinds: Mapping[str, JobKind],
        service: object,
        freezer: Freezer,
        transport: TransportSettings,
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._service = service
        self._sender = LetterSender(database, freezer, Connections(lambda: open_transport(transport)))

    def send_letters(self, letter_ids: Sequence[UUID]) -> int:
        """The due ones among them have been tried once; returns how many were accepted."""
        return self._sender.send(letter_ids)

    def run_jobs(self, job_ids: Sequence[UUID]) -> int:
        """The due ones among them have run once; returns how many."""
        return sum(run_job(self._database, self._kinds, self._service, job_id) for job_id in job_ids)

    def settle_orphans(self) -> int:
        """Letters whose sender died are settled; returns how many."""
        return self._sender.settle_orphans()
