"""A new version with a migration, while the old one serves: no request is lost. The last of these tests: it leaves the new version."""

import sys
from pathlib import Path

import pytest

from tests.containers.stack import OURS, Stack
from tests.containers.test_outages import all_kept
from tests.containers.visitors import Crowd, a_question, a_registration

NEXT = "frontdesk-compose-test:next"
READY = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/health/ready').status)"


@pytest.fixture(scope="module")
def next_image(school: Stack, next_project: Path) -> str:
    """The next version's image, built from a copy of the project."""
    school.compose("build", "init", image=NEXT, root=next_project)
    return NEXT


def test_a_new_process_on_an_old_schema_waits_and_says_so(school: Stack, next_image: str) -> None:
    said = school.run_for(8, "inquiry-web", image=next_image)
    assert "the database to be migrated to next" in said
    assert "Traceback" not in said


def test_an_upgrade_under_load_loses_no_request(
    school: Stack, next_image: str, section_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Crowd(school.url, a_question) as askers, Crowd(school.url, a_registration(section_id)) as students:
        assert askers.heard(201, 10)
        school.compose("run", "--rm", "--no-deps", "-T", "init", image=next_image)
        for database in ("inquiry", "enrollment"):
            assert school.sql(database, "SELECT version_num FROM alembic_version") == ["next"]
            assert "200" in school.inside(
                f"{database}-web", "python", "-c", READY
            )  # the old one, on the new schema
        assert askers.heard(201, 20)
        assert students.heard(201, 20)
        for name in OURS:
            school.replace(name, next_image)
        assert askers.heard(201, 20)
        assert students.heard(201, 20)
    with capsys.disabled():
        sys.stdout.write(
            f"\nanswers while everything was replaced: {dict(askers.statuses + students.statuses)}\n"
        )
    # where a container takes longer to replace than the gateway holds a request, its visitor is told to come again
    assert set(askers.statuses) | set(students.statuses) <= {201, 503}
    assert askers.without_retry_after == students.without_retry_after == 0
    assert askers.turned_away == students.turned_away == 0
    assert all_kept(school, askers, students)
    assert school.tracebacks() == []


def test_the_older_version_s_init_leaves_a_newer_database_alone(school: Stack) -> None:
    said = school.compose("run", "--rm", "--no-deps", "-T", "init")
    assert said.count('"event": "nothing_to_migrate"') == 2
    assert school.sql("inquiry", "SELECT version_num FROM alembic_version") == ["next"]
