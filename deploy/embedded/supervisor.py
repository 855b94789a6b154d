"""The run itself: ports, servers, migrations, processes, readiness, then watching until the wish to stop.

One thread does everything: children end with the thread that spawned them.
"""

import os
import time
from pathlib import Path

from deploy.embedded import BEGAN_S, environment, health, orphans, state
from deploy.embedded.engines import Engines
from deploy.embedded.errors import AlreadyRunning, CannotRun
from deploy.embedded.installation import Installation
from deploy.embedded.lock import FileLock
from deploy.embedded.nursery import Nursery, reap_strangers
from deploy.embedded.ports import check_ports, port_of
from deploy.embedded.printing import Printer, columns, sign_in_lines
from deploy.embedded.processes import Process, stop_all
from deploy.embedded.services import Service
from deploy.embedded.signals import StopWish
from deploy.embedded.watch import Watch

STEPS = 5
READY_TIMEOUT_S = 90.0


class Supervisor:
    """Runs one installation, once."""

    def __init__(self, installation: Installation, printer: Printer) -> None:
        self._installation = installation
        self._layout = installation.layout
        self._printer = printer
        self._engines = Engines(installation)
        self._wish = StopWish()
        self._nursery = self._make_nursery()
        self._has_nursery = False
        self._processes: list[Process] = []
        self._watches: list[Watch] = []

    def run(self) -> None:
        """Everything ran until somebody asked for the end, and nothing of it is left. Raises CannotRun."""
        self._wish.listen()
        lock = FileLock(self._layout.supervisor_lock)
        self._layout.create()
        if not lock.take():
            raise AlreadyRunning(
                f"Frontdesk already runs here (process {state.running_pid(self._layout)}). "
                "Stop that one first: Ctrl-C in its terminal."
            )
        try:
            self._start()
            self._watch()
        finally:
            self._stop()
            lock.release()

    def _start(self) -> None:
        state.forget(self._layout)
        state.write_pid(self._layout)
        for step in (
            self._clear,
            self._open_nursery,
            self._start_engines,
            self._prepare,
            self._start_processes,
            self._wait,
        ):
            if not self._wish.is_made:
                step()
        if not self._wish.is_made:
            self._write_ready()
            self._show_box()

    def _clear(self) -> None:
        """Nothing of a killed run is left, and the ports are free."""
        if count := orphans.stop_marked(self._layout.base):
            self._printer.say(f"The last run was killed: {count} of its processes were still here; stopped.")
        settings = self._installation.operator
        check_ports(self._installation.services, settings, settings.get("HOST", "127.0.0.1"))
        ports = (f"{service.name} {port_of(service, settings)}" for service in self._installation.services)
        self._step(1, f"The ports are free: {', '.join(ports)}")

    def _make_nursery(self) -> Nursery:
        return Nursery(
            self._installation.loads,
            environment=environment.for_nursery(self._installation),
            root=self._installation.root,
            log=self._layout.log / "nursery.log",
        )

    def _open_nursery(self) -> None:
        """It loads while the engines start."""
        self._has_nursery = self._nursery.start()

    def _start_engines(self) -> None:
        self._engines.start()
        self._step(2, "; ".join(self._engines.description()))

    def _prepare(self) -> None:
        """Each service has migrated its database and has its sample school; both at the same time."""
        running = [self._preparation(service) for service in self._installation.services]
        for process in running:
            process.start()
        self._processes = running
        self._wish.wait_until(lambda: not any(process.is_alive() for process in running))
        if self._wish.is_made:
            return
        for process in running:
            if process.returncode != 0:
                words = Watch(process, self._printer.say, 0.0).last_words()
                raise CannotRun(f"A database could not be prepared. {words}")
        self._step(3, "Databases migrated, the sample school is in")

    def _preparation(self, service: Service) -> Process:
        name = f"{service.name}-{service.prepare[0]}"
        return self._process(name, service, service.prepare, may_migrate=True)

    def _start_processes(self) -> None:
        now_s = time.monotonic()
        self._processes = [
            self._process(f"{service.name}-{verb}", service, (verb,))
            for service in self._installation.services
            for verb in service.processes_for(self._installation.operator)
        ]
        for process in self._processes:
            process.start()
        targets = [*self._engines.started(), *self._processes]
        self._watches = [Watch(target, self._printer.say, now_s) for target in targets]
        self._step(4, f"{len(self._processes)} processes started")

    def _process(
        self, name: str, service: Service, verb: tuple[str, ...], *, may_migrate: bool = False
    ) -> Process:
        return Process(
            name,
            service.module,
            verb,
            environment=environment.for_process(self._installation, service, may_migrate=may_migrate),
            root=self._installation.root,
            log=self._layout.log / f"{name}.log",
            nursery=self._nursery if self._has_nursery else None,
        )

    def _wait(self) -> None:
        """Every service answers that it is ready; raises CannotRun when one never does."""
        deadline = time.monotonic() + READY_TIMEOUT_S
        waiting = [port_of(service, self._installation.operator) for service in self._installation.services]

        def all_ready() -> bool:
            self._tend()
            waiting[:] = [port for port in waiting if not health.is_ready(port)]
            self._give_up_if_hopeless(time.monotonic() > deadline)
            return not waiting

        self._wish.wait_until(all_ready)
        if not self._wish.is_made:
            self._step(5, "Both services are ready")

    def _give_up_if_hopeless(self, is_late: bool) -> None:
        failing = [watch for watch in self._watches if watch.is_hopeless]
        if failing:
            raise CannotRun(f"A process ends as soon as it starts. {failing[0].last_words()}")
        if is_late:
            raise CannotRun(f"Not ready after {READY_TIMEOUT_S:.0f} s: see {self._layout.log}")

    def _watch(self) -> None:
        """Whatever ends is started again, until the wish to stop."""
        parent = os.getppid() if "MAKELEVEL" in os.environ else None

        def make_is_gone() -> bool:
            if self._tend():
                self._write_ready()
            return parent is not None and os.getppid() != parent

        self._wish.wait_until(make_is_gone, poll_s=0.2)
        self._wish.make("make ended")

    def _tend(self) -> bool:
        now_s = time.monotonic()
        restarted = [watch for watch in self._watches if watch.tend(now_s)]
        reap_strangers([self._nursery.pid, *(watch.target.pid for watch in self._watches)])
        return bool(restarted)

    def _stop(self) -> None:
        """Nothing we started runs; the data is whole on disk."""
        if self._wish.is_made:
            self._printer.say(f"\nStopping ({self._wish.reason}) …")
        self._layout.ready.unlink(missing_ok=True)
        stop_all(self._processes, self._wish.wait, lambda: self._wish.is_impatient)
        self._nursery.stop()
        self._engines.stop()
        state.forget(self._layout)
        if self._wish.is_made:
            self._printer.say("Stopped. Your data is kept.")

    def _write_ready(self) -> None:
        addresses = {f"{service.name}_url": self._address(service) for service in self._installation.services}
        state.write_ready(
            self._layout, addresses, {watch.target.name: watch.target.pid for watch in self._watches}
        )

    def _address(self, service: Service) -> str:
        return f"http://127.0.0.1:{port_of(service, self._installation.operator)}"

    def _show_box(self) -> None:
        pages = [
            (name, self._address(service) + path)
            for service in self._installation.services
            for name, path in service.pages
        ]
        sign_ins = sign_in_lines(self._layout.sign_ins)
        parts = [
            columns(pages),
            ["Sample sign-ins (again: make sign-ins)", *sign_ins] if sign_ins else [],
            [f"Logs: {_short(self._layout.log)}", "Ctrl-C stops everything; your data is kept."],
        ]
        self._printer.box(
            f"Frontdesk is ready, in {self._elapsed_s():.1f} s", [part for part in parts if part]
        )

    def _step(self, number: int, text: str) -> None:
        self._printer.step(number, STEPS, f"{text}  ({self._elapsed_s():.1f} s)")

    def _elapsed_s(self) -> float:
        return time.monotonic() - BEGAN_S


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
