"""Servers that die under load, and an installation that is taken down and started again: nothing that was accepted is lost."""

from tests.containers.stack import Stack
from tests.containers.visitors import Crowd, a_question, a_registration
from tests.containers.waiting import wait_until

SECRETS = "cd /secrets && find . -type f | sort | xargs sha256sum"


def kept(school: Stack, crowd: Crowd, database: str, table: str, email: str) -> bool:
    """Every accepted request has its row, under the promised reference, and no request has two."""
    rows = [line.split("|") for line in school.sql(database, f"SELECT {email}, reference FROM {table}")]
    found: dict[str, list[str]] = {}
    for address, reference in rows:
        found.setdefault(address.partition("@")[0], []).append(reference)
    return all(found.get(key) == [reference] for key, reference in crowd.accepted.items())


def all_kept(school: Stack, askers: Crowd, students: Crowd) -> bool:
    """The same of both services."""
    return kept(school, askers, "inquiry", "inquiry", "asker_email") and kept(
        school, students, "enrollment", "registration", "email"
    )


def test_a_killed_database_loses_nothing_that_was_accepted(school: Stack, section_id: str) -> None:
    with Crowd(school.url, a_question) as askers, Crowd(school.url, a_registration(section_id)) as students:
        assert askers.heard(201, 20)
        school.compose("kill", "postgres")
        assert askers.heard(503, 3)
        assert students.heard(503, 3)
        school.compose("start", "postgres")
        assert askers.heard(201, 20)
        assert students.heard(201, 20)
    assert all_kept(school, askers, students)
    assert set(askers.statuses) | set(students.statuses) == {201, 503}
    assert askers.without_retry_after == students.without_retry_after == 0
    relay = school.logs("inquiry-relay")
    assert '"what": "the database"' in relay
    assert wait_until(lambda: '"event": "waited"' in school.logs("inquiry-relay"), 60)


def test_without_redis_everything_goes_on(school: Stack, section_id: str) -> None:
    with Crowd(school.url, a_question) as askers, Crowd(school.url, a_registration(section_id)) as students:
        assert askers.heard(201, 10)
        school.compose("kill", "redis")
        assert askers.heard(201, 20)
        assert students.heard(201, 20)
        school.compose("start", "redis")
        assert askers.heard(201, 20)
    assert all_kept(school, askers, students)
    assert set(askers.statuses) == set(students.statuses) == {201}
    # one that was on its way when the database died is settled when its lease is over, after eleven minutes
    owed = "SELECT id FROM letter WHERE status NOT IN ('sending', 'sent', 'delivered', 'cancelled')"
    for database in ("inquiry", "enrollment"):
        assert wait_until(lambda database=database: school.sql(database, owed) == [], 300)


def test_no_outage_left_a_traceback(school: Stack) -> None:
    assert school.tracebacks() == []


def test_down_and_up_again_keeps_secrets_and_rows(school: Stack) -> None:
    def state() -> list[str]:
        secrets = school.inside("inquiry-web", "sh", "-c", SECRETS)
        counts = [
            *school.sql("inquiry", "SELECT count(*) FROM inquiry UNION ALL SELECT count(*) FROM staff"),
            *school.sql(
                "enrollment", "SELECT count(*) FROM registration UNION ALL SELECT count(*) FROM section"
            ),
        ]
        return [*(line for line in secrets.splitlines() if "./inquiry/" in line), *counts]

    before = state()
    school.down()
    school.compose("up", "-d")
    school.wait_until_it_answers()
    assert state() == before
    assert len(before) == 3 + 4
