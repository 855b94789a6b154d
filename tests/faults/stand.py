"""The pair on real engines, as `make run` starts it, with letters going to the sink; whoever dies is started again."""

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from benchmarks.stand import free_port
from deploy.embedded import environment, health
from deploy.embedded.installation import ROOT, Installation
from deploy.embedded.layout import Layout
from deploy.embedded.postgres import Cluster
from deploy.embedded.processes import Process, stop_all
from deploy.embedded.services import ENROLLMENT, INQUIRY, PAIR, PROCESSES, Service
from deploy.embedded.valkey import Valkey
from shared.access_tokens import create_token
from shared.clock import monotonic_s
from shared.db import Database
from tests.builders import a_director
from tests.enrollment.builders import a_section
from tests.faults.load import Doors
from tests.faults.rows import Books
from tests.faults.sink_process import SinkProcess

LOOK_EVERY_S = 0.05
NO_LIMIT = "1000000000/minute"
NAMES = tuple(f"{service.name}-{verb}" for service in PAIR for verb in PROCESSES)


class Stand:
    """Engines, sink and the six processes below `base`. Everything is started from the main thread."""

    def __init__(self, base: Path) -> None:
        self.ports = {service.name: free_port() for service in PAIR}
        self.base = base
        self.cluster, self.valkey = Cluster(base), Valkey(base)
        self.processes: dict[str, Process] = {}
        self._pause = threading.Event()

    @contextmanager
    def running(self) -> Iterator["Stand"]:
        """Everything runs inside the block, and nothing of it is left afterwards."""
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, self.base, ignore_errors=True)
            Layout(self.base).create()
            for engine in (self.cluster, self.valkey):
                engine.start()
                stack.callback(engine.stop)
            self.sink = SinkProcess(self.base, self.base)
            stack.callback(self.sink.stop)
            self._installation = Installation(ROOT, Layout(self.base), PAIR, self._operator())
            for service in PAIR:
                self.cluster.ensure_database(service.name)
            self._migrate()
            self._fill()
            stack.callback(lambda: stop_all(list(self.processes.values()), self._pause.wait, lambda: False))
            for name in NAMES:
                self.use(name)
            self.wait_until_ready()
            yield self

    def _operator(self) -> dict[str, str]:
        ports = {f"{service.prefix}_PORT": str(self.ports[service.name]) for service in PAIR}
        return ports | {
            "SMTP_URL": self.sink.url,
            "SAMPLE_SCHOOL": "0",
            "LIMIT_PUBLIC_WRITES": NO_LIMIT,
            "LIMIT_PUBLIC_READS": NO_LIMIT,
        }

    def _migrate(self) -> None:
        made = [self._process(service, "migrate", may_migrate=True) for service in PAIR]
        for process in made:
            process.start()
        self.wait_for("both databases are migrated", lambda: not any(p.is_alive() for p in made), 120)
        assert [process.returncode for process in made] == [0, 0]

    def _fill(self) -> None:
        """A director who is told of every inquiry, and a registrar's token."""
        urls = {service.name: self.cluster.url(service.name, "owner") for service in PAIR}
        self.books = Books(urls["inquiry"], urls["enrollment"])
        inquiry, self._enrollment = Database(urls["inquiry"]), Database(urls["enrollment"])
        a_director(inquiry)
        inquiry.dispose()
        with self._enrollment.transaction() as session:
            self._token = create_token(
                session, name="test", person_id=uuid4(), person_name="Ruth", roles=["registrar"]
            )

    # --- processes ---------------------------------------------------------------------------------------------

    def use(self, name: str, *, module: str | None = None, **more: str) -> None:
        """The process of that name runs anew, as itself or as a variant, with these variables added."""
        service = next(service for service in PAIR if name.startswith(service.name))
        if name in self.processes:
            self.processes[name].end_group()
        self.processes[name] = self._process(service, name.partition("-")[2], module=module, **more)
        self.processes[name].start()

    def _process(
        self,
        service: Service,
        verb: str,
        *,
        module: str | None = None,
        may_migrate: bool = False,
        **more: str,
    ) -> Process:
        started, *arguments = (module, service.module, verb) if module else (service.module, verb)
        name = f"{service.name}-{verb}"
        settings = environment.for_process(self._installation, service, may_migrate=may_migrate) | more
        log = Layout(self.base).log / f"{name}.log"
        return Process(name, started, tuple(arguments), environment=settings, root=ROOT, log=log)

    def kill(self, name: str) -> None:
        """Killed, without a word before."""
        self.processes[name].send(signal.SIGKILL)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """That process is not there, and nobody starts it; `use` brings it back."""
        self.processes.pop(name).end_group()
        try:
            yield
        finally:
            if name not in self.processes:
                self.use(name)

    def tend(self) -> None:
        """Whoever has died is started again."""
        for process in self.processes.values():
            if not process.is_alive():
                process.start()

    def wait_for(self, what: str, condition: Callable[[], object], timeout_s: float = 60.0) -> None:
        """The condition holds; whoever dies meanwhile is started again. Raises AssertionError with what was waited for."""
        until = monotonic_s() + timeout_s
        while not condition():
            assert monotonic_s() < until, f"after {timeout_s:.0f} s: not so that {what}"
            self.tend()
            self._pause.wait(LOOK_EVERY_S)

    def wait_until_ready(self) -> None:
        """Both services answer that they are ready."""
        self.wait_for("both services are ready", lambda: all(map(health.is_ready, self.ports.values())))

    def restart_engine(self, engine: Cluster | Valkey) -> None:
        """The server runs, as often as it takes; its data are what they were."""
        if not engine.is_alive():
            engine.start()

    def signal_postgres(self, signum: signal.Signals) -> None:
        """The server was told, and is gone."""
        assert self.cluster.pid is not None
        os.kill(self.cluster.pid, signum)
        self.wait_for("PostgreSQL has stopped", lambda: not self.cluster.is_alive())

    # --- a page of the books -----------------------------------------------------------------------------------

    def _is_calm(self) -> bool:
        left = self.books.unfinished(waits_too=False)
        return not any(row["lease_token"] or row["status"] == "sending" for row in left)

    def begin_page(self, *, sections: int = 2, seats: int = 8) -> Doors:
        """Nothing has been asked for yet; here are new sections to register for."""
        self.books.settle_doubts()
        self.wait_for("nothing of the page before is on its way", self._is_calm, 90.0)
        self.books.begin_page()
        self.sink.be_calm()
        self.sink.begin_page()
        made = tuple(str(a_section(self._enrollment, seats=seats)) for _ in range(sections))
        self._enrollment.dispose()
        return Doors(self.ports[INQUIRY.name], self.ports[ENROLLMENT.name], self._token, made)
