"""Throwaway installations for the supervisor's tests."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.embedded.postgres import Cluster
from tests.embedded.pair import StandInPair


@pytest.fixture(scope="session")
def fresh_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory as the first start makes it; copying one is quicker than making one."""
    cluster = Cluster(tmp_path_factory.mktemp("fresh"))
    cluster.start()
    cluster.stop()
    return cluster.data


@pytest.fixture
def a_pair(tmp_path: Path, fresh_data: Path) -> Iterator[Callable[..., StandInPair]]:
    """Makes pairs of stand-in services; ends them, whatever the test left of them."""
    made: list[StandInPair] = []

    def make(var: Path | None = None, *, is_new: bool = False, **options: str) -> StandInPair:
        made.append(StandInPair(var or tmp_path / "var", **options))
        if not is_new and not made[-1].var.exists():
            shutil.copytree(fresh_data, made[-1].var / "pgdata")
        return made[-1]

    yield make
    for pair in made:
        pair.end()
        shutil.rmtree(pair.var, ignore_errors=True)  # forty megabytes each


@pytest.fixture(scope="module")
def running_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInPair]:
    """One pair that runs on a new directory, for tests that only look."""
    pair = StandInPair(tmp_path_factory.mktemp("running") / "var")
    try:
        yield pair.start(SCHOOL_NAME="Lakeside School", ENROLLMENT_SECRET_KEY="of-enrollment-only")
    finally:
        pair.end()


@pytest.fixture
def a_cluster(tmp_path: Path) -> Iterator[Callable[..., Cluster]]:
    """Makes servers, not started; stops them afterwards."""
    made: list[Cluster] = []

    def make(base: Path | None = None, **options: object) -> Cluster:
        made.append(Cluster(base or tmp_path / "base", **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for cluster in made:
        cluster.stop()
        shutil.rmtree(cluster.data, ignore_errors=True)


@pytest.fixture(scope="module")
def running_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One running server with the pair's databases, for tests that only look."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.start()
    for name in ("enrollment", "inquiry"):
        cluster.ensure_database(name)
    yield cluster
    cluster.stop()
