"""A row of the table: what is measured in each round, its limit measured beside it, and both as medians with their spread."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Row:
    """One thing measured: what is done in a round, and what came of it."""

    name: str
    measure: Callable[[], float]
    unit: str = "/s"
    found: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The figure."""
        return statistics.median(self.found)

    def in_words(self) -> str:
        """Median, and how far the rounds lie apart."""
        return f"{self.median:,.0f}{self.unit}  ({min(self.found):,.0f} to {max(self.found):,.0f})"


@dataclass(frozen=True)
class Comparison:
    """A row of ours beside a limit; `goal` is the least ratio that is wanted, where DESIGN names one."""

    ours: Row
    limit: Row
    goal: float | None = None


def measure_in_turn(rows: list[Row], rounds: int) -> None:
    """Every row once for warmth, uncounted, and then round after round, so that a noisy minute hits all of them."""
    for row in rows:
        row.measure()  # the first requests load templates, plans and pages
    for _ in range(rounds):
        for row in rows:
            row.found.append(row.measure())


def print_head() -> None:
    """The columns."""
    print(f"{'':36} {'ours: median (spread)':30} {'limit':52} {'ratio':>6}   goal")


def print_comparison(compared: Comparison) -> None:
    """Ours, the limit, the ratio, the goal."""
    ours, limit = compared.ours, compared.limit
    said = f"{limit.name} {limit.in_words()}"
    goal = "" if compared.goal is None else str(compared.goal)
    print(f"{ours.name:36} {ours.in_words():30} {said:52} {ours.median / limit.median:6.2f}   {goal}")
