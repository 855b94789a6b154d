"""On the real, migrated cluster: no role of one service enters the other's database, and the running role only adds to the audit."""

import psycopg
import pytest

from deploy.embedded.postgres import Cluster
from deploy.embedded.valkey import Valkey

SERVICES = ("inquiry", "enrollment")
ADD = "INSERT INTO audit (person_name, action, subject_id) VALUES ('x', 'y', gen_random_uuid())"
REFUSED = (
    "UPDATE audit SET reason = 'other'",
    "DELETE FROM audit",
    "TRUNCATE audit",
    "ALTER TABLE audit OWNER TO CURRENT_USER",
    "CREATE RULE gone AS ON INSERT TO audit DO INSTEAD NOTHING",
    "CREATE ROLE mine LOGIN",
    "SET ROLE postgres",
    "SELECT * FROM pg_authid",
    "COPY audit TO PROGRAM 'cat'",
)


@pytest.fixture
def cluster(
    engines: tuple[Cluster, Valkey], inquiry_urls: tuple[str, str], enrollment_urls: tuple[str, str]
) -> Cluster:
    """The test process's server with both databases migrated."""
    return engines[0]


def plain(url: str) -> str:
    """The address as psycopg reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


@pytest.mark.parametrize("role", ["app", "owner"])
@pytest.mark.parametrize(("own", "other"), [SERVICES, SERVICES[::-1]])
def test_no_role_enters_the_other_s_database(cluster: Cluster, own: str, other: str, role: str) -> None:
    with psycopg.connect(plain(cluster.url(own, role))) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry|permission denied"):
        psycopg.connect(plain(cluster.url(other, role, roles_of=own)))


@pytest.mark.parametrize("role", ["app", "owner"])
@pytest.mark.parametrize("own", SERVICES)
def test_the_running_role_is_granted_nothing_of_the_other(cluster: Cluster, own: str, role: str) -> None:
    """Even without pg_hba.conf: the database itself lets nobody else connect."""
    other = SERVICES[1 - SERVICES.index(own)]
    query = """SELECT has_database_privilege(current_user, %s, 'CONNECT'), rolsuper, rolcreaterole, rolcreatedb, rolbypassrls
        FROM pg_roles WHERE rolname = current_user"""
    with psycopg.connect(plain(cluster.url(own, role))) as connection:
        assert connection.execute(query, (other,)).fetchone() == (False,) * 5


@pytest.mark.parametrize("statement", REFUSED)
@pytest.mark.parametrize("own", SERVICES)
def test_the_running_role_only_adds_to_the_audit(cluster: Cluster, own: str, statement: str) -> None:
    with psycopg.connect(plain(cluster.url(own, "app")), autocommit=True) as connection:
        connection.execute(ADD)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize("own", SERVICES)
def test_the_owner_could(cluster: Cluster, own: str) -> None:
    """The control: the statements are right, it is the role that is refused."""
    with psycopg.connect(plain(cluster.url(own, "owner"))) as connection:
        connection.execute(ADD)
        for statement in REFUSED[:3]:
            connection.execute(statement)
        connection.rollback()
