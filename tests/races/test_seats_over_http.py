"""The last seats through the front door: a real server of four processes, two hundred at once, and no 5xx."""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.db import Database
from tests.enrollment.builders import a_section, seats_of
from tests.journeys.conftest import free_port
from tests.processes import answering, running

pytestmark = pytest.mark.race
ROOT = Path(__file__).resolve().parents[2]
AT_ONCE, CLIENTS = 200, 32


@pytest.fixture
def address(enrollment_db: Database, make_enrollment_settings: Any, tmp_path: Path) -> Iterator[str]:
    """A server of the enrollment service on the test's database; stopped by its process id."""
    port = free_port()
    settings = make_enrollment_settings(port=port, public_url=f"http://127.0.0.1:{port}", web_processes=4)
    with running(settings, "web", tmp_path / "web.log") as process:
        yield answering(settings.public_url, process)


def _post(address: str, section_id: UUID, number: int) -> str:
    body = json.dumps(
        {"section_id": str(section_id), "name": "Visitor", "email": f"v{number}@example.com"}
    ).encode()
    request = urllib.request.Request(
        f"{address}/api/enrollment/v1/registrations", body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(json.load(answer)["status"])
    except urllib.error.HTTPError as refusal:
        return str(refusal.code)


@pytest.mark.parametrize("seats", [1, 10])
def test_exactly_the_seats_are_sold_and_everybody_is_answered(
    enrollment_db: Database, address: str, seats: int
) -> None:
    section_id = a_section(enrollment_db, seats=seats)
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = Counter(clients.map(lambda n: _post(address, section_id, n), range(AT_ONCE)))
    assert answers["confirmed"] == seats
    assert [answer for answer in answers if answer.startswith("5")] == []
    assert sum(answers.values()) == AT_ONCE
    assert seats_of(enrollment_db, section_id) == (seats, 0, seats)
