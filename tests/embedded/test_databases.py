"""The embedded PostgreSQL: durable, closed to the network, and two strangers to each other inside."""

import stat

import psycopg
import pytest

from deploy.embedded.postgres import Cluster


def _value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("max_connections", "100"),
        ("listen_addresses", ""),
        ("timezone", "UTC"),
    ],
)
def test_the_server_is_durable_and_listens_on_its_socket_only(
    running_cluster: Cluster, setting: str, value: str
) -> None:
    assert _value(running_cluster.url("inquiry", "app"), f"SHOW {setting}") == value


@pytest.mark.parametrize("role", ["owner", "app"])
@pytest.mark.parametrize(("own", "other"), [("inquiry", "enrollment"), ("enrollment", "inquiry")])
def test_neither_service_can_enter_the_other_s_database(
    running_cluster: Cluster, own: str, other: str, role: str
) -> None:
    assert _value(running_cluster.url(own, role), "SELECT current_user") == f"{own}_{role}"
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(running_cluster.url(other, role, roles_of=own))


def test_a_wrong_password_is_refused(running_cluster: Cluster) -> None:
    url = running_cluster.url("inquiry", "app").replace("inquiry_app:", "inquiry_app:wrong", 1)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_nobody_becomes_the_superuser_by_password(running_cluster: Cluster) -> None:
    url = (
        running_cluster.admin_url().replace("/postgres?", "/inquiry?").replace("postgres@", "inquiry_owner@")
    )
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(url)


def test_the_app_role_may_use_the_schema_but_make_nothing_in_it(running_cluster: Cluster) -> None:
    app = psycopg.connect(running_cluster.url("inquiry", "app"))
    with app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE mine ()")


def test_the_owner_is_no_superuser(running_cluster: Cluster) -> None:
    with psycopg.connect(running_cluster.url("inquiry", "owner")) as owner:
        owner.execute("CREATE TABLE theirs ()")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute("COPY theirs FROM PROGRAM 'true'")


def test_asking_for_a_database_again_changes_nothing(running_cluster: Cluster) -> None:
    running_cluster.ensure_database("inquiry")
    assert _value(running_cluster.url("inquiry", "app"), "SELECT 1") == 1


def test_a_copy_opens_to_the_roles_of_its_source(running_cluster: Cluster) -> None:
    running_cluster.ensure_database("template_school")
    running_cluster.copy_database("template_school", "school_copy")
    url = running_cluster.url("school_copy", "app", roles_of="template_school")
    assert _value(url, "SELECT current_database()") == "school_copy"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(running_cluster.url("school_copy", "app", roles_of="inquiry"))


def test_a_dropped_database_can_be_made_again(running_cluster: Cluster) -> None:
    running_cluster.ensure_database("passing")
    running_cluster.drop_database("passing")
    running_cluster.ensure_database("passing")
    assert _value(running_cluster.url("passing", "owner"), "SELECT 1") == 1


def test_passwords_are_random_and_readable_by_their_owner_only(running_cluster: Cluster) -> None:
    files = sorted((running_cluster.layout.secrets).glob("*.password"))
    assert len({file.read_text() for file in files}) == len(files) >= 4
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_failing_statement_leaves_no_visitor_in_the_log(running_cluster: Cluster) -> None:
    with psycopg.connect(running_cluster.url("inquiry", "owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE asker (email text UNIQUE)")
        owner.execute("INSERT INTO asker VALUES ('marker@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("INSERT INTO asker VALUES ('marker@example.org')")
    log = running_cluster.log.read_text()
    assert "duplicate key" in log
    assert "marker@example.org" not in log


def test_a_database_holds_every_character_whatever_the_server_s_own_locale_is(
    running_cluster: Cluster,
) -> None:
    """A server made without a locale gives SQL_ASCII, whose text psycopg hands over as bytes."""
    with psycopg.connect(running_cluster.admin_url(), autocommit=True) as admin:
        admin.execute("ALTER DATABASE template1 IS_TEMPLATE false")
        admin.execute("DROP DATABASE template1")
        admin.execute(
            "CREATE DATABASE template1 TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' IS_TEMPLATE true"
        )
        admin.execute("CREATE DATABASE as_the_server")
    running_cluster.ensure_database("as_ours")
    assert _value(_at(running_cluster, "as_the_server"), "SHOW server_encoding") == b"SQL_ASCII"
    assert _value(_at(running_cluster, "as_ours"), "SHOW server_encoding") == "UTF8"
    assert _value(_at(running_cluster, "as_ours"), "SELECT lower('ÄÇ')") == "äç"


def _at(cluster: Cluster, name: str) -> str:
    return cluster.admin_url().replace("/postgres?", f"/{name}?")
