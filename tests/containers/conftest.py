"""One installation for all these tests: built, started, and taken away again with everything it kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.stack import Stack, why_not
from tests.containers.visitors import Visitor


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is marked, and skipped by name where no compose runs."""
    ours = [item for item in items if "tests/containers/" in item.nodeid]
    chosen = any(item.config.getoption("-m") == "containers" for item in ours)
    reason = why_not() if chosen else None  # nobody else pays for the question
    for item in ours:
        item.add_marker(pytest.mark.containers)
        if reason:
            item.add_marker(pytest.mark.skip(reason=f"no compose runs here: {reason}"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The image is built; nothing runs yet."""
    stack = Stack(tmp_path_factory.mktemp("compose"))
    stack.down(volumes=True)  # what a killed run may have left
    try:
        stack.compose("build", "init")
        stack.suit_the_gateway()
        yield stack
    finally:
        stack.down(volumes=True)


@pytest.fixture(scope="session")
def school(built: Stack) -> Stack:
    """The installation runs, with the sample's programs and sections and nobody's account."""
    built.compose("up", "-d")
    built.wait_until_it_answers()
    built.inside("enrollment-web", "python", "-m", "enrollment_service", "seed")
    built.sql("enrollment", "UPDATE section_seats SET capacity = 100000")
    return built


@pytest.fixture
def visitor(school: Stack) -> Visitor:
    """Somebody outside."""
    return Visitor(school.url)


@pytest.fixture
def section_id(visitor: Visitor) -> str:
    """An open section with more seats than anybody takes here."""
    found = visitor.get("/api/enrollment/v1/sections?open=true&limit=1").json()
    return str(found["items"][0]["id"])


@pytest.fixture(scope="session")
def next_project(tmp_path_factory: pytest.TempPathFactory, built: Stack) -> Path:
    """The project with one more migration a service, which only adds."""
    return built.project_with_one_more_migration(tmp_path_factory.mktemp("next"))
