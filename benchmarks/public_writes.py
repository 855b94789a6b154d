"""Accepted inquiries and registrations, with the limits that they are measured against."""

from collections.abc import Callable

from benchmarks import bare, pgbench
from benchmarks.load import Figures, Post, hammer
from benchmarks.rows import Comparison, Row
from benchmarks.stand import POOL_SIZE, WEB_PROCESSES, Stand
from benchmarks.statements import a_question, a_registration, submit_script, take_seat_script

CLIENTS = (1, 8, 32)
GOAL_CLIENTS = 8
SECTIONS = 100
CONNECTIONS = WEB_PROCESSES * POOL_SIZE


class PublicWrites:
    """Everything that is measured in each round, limits and product side by side."""

    def __init__(self, stand: Stand, seconds: float) -> None:
        self._stand = stand
        self._seconds = seconds
        self.tails: dict[int, list[Figures]] = {clients: [] for clients in CLIENTS}
        sections = stand.hot_sections(SECTIONS)
        self._question = Post(stand.ports["inquiry"], "/api/inquiry/v1/inquiries", a_question())
        self._bare = Post(stand.ports["bare"], bare.PATH, a_question())
        self.comparisons = [*self._inquiries(), *self._seats(sections)]

    def rows(self) -> list[Row]:
        """Each once, in the order of a round."""
        pairs = [row for compared in self.comparisons for row in (compared.limit, compared.ours)]
        return list({id(row): row for row in pairs}.values())

    def _inquiries(self) -> list[Comparison]:
        found = []
        program = pgbench.binary()
        for clients in CLIENTS:
            ours = Row(f"accepted inquiries, {clients} clients", self._ask(clients))
            is_goal = clients == GOAL_CLIENTS
            found.append(
                Comparison(ours, Row("bare POST", self._post(self._bare, clients)), 0.15 if is_goal else None)
            )
            if program:
                limit = self._statement("inquiry", submit_script(), min(clients, CONNECTIONS))
                found.append(
                    Comparison(ours, Row("pgbench, same statement", limit), 0.2 if is_goal else None)
                )
        return found

    def _seats(self, sections: tuple[str, ...]) -> list[Comparison]:
        if pgbench.binary() is None:
            return []
        found = []
        for name, chosen, goal in (
            ("one hot section", sections[:1], 0.5),
            (f"{SECTIONS} sections", sections, 0.3),
        ):
            post = Post(
                self._stand.ports["enrollment"],
                "/api/enrollment/v1/registrations",
                a_registration(),
                choices=chosen,
            )
            limit = self._statement("enrollment", take_seat_script(chosen), CONNECTIONS)
            ours = Row(f"registrations, {name}", self._post(post, GOAL_CLIENTS))
            found.append(Comparison(ours, Row("pgbench, same statement", limit), goal))
        return found

    def _ask(self, clients: int) -> Callable[[], float]:
        def ask() -> float:
            self.tails[clients].append(hammer(self._question, clients=clients, seconds=self._seconds))
            return self.tails[clients][-1].per_s

        return ask

    def _post(self, wanted: Post, clients: int) -> Callable[[], float]:
        return lambda: hammer(wanted, clients=clients, seconds=self._seconds).per_s

    def _statement(self, database: str, script: str, connections: int) -> Callable[[], float]:
        program, url = pgbench.binary(), self._stand.cluster.url(database, "app")
        assert program is not None
        return lambda: pgbench.transactions_per_s(
            program, url, script, connections=connections, seconds=self._seconds
        )
