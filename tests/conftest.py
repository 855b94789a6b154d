"""Real engines for every test: one PostgreSQL and one Valkey a test process, freshly migrated databases, emptied between tests."""

import gc
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine, make_url, text
from xdist.scheduler import LoadScopeScheduling

from deploy.embedded.postgres import Cluster
from deploy.embedded.valkey import Valkey
from shared.db import Database
from shared.jobs import JobKind
from shared.migrating import migrate
from shared.workshop import Workshop
from tests.served import address_of, served
from tests.working import Working

gc.set_threshold(100_000, 50, 50)  # a new application a test is much to look through: a seventh of the time

SECRET = "k3j4h5g6f7d8s9a0q1w2e3r4t5y6u7i8"
PAIR_SECRET = "p3j4h5g6f7d8s9a0q1w2e3r4t5y6u7i8"


SHARED_FIXTURES = ("tests/journeys/", "tests/embedded/test_running.py", "tests/faults/")


class TogetherWhatShares(LoadScopeScheduling):  # type: ignore[misc]
    """Tests that share a running pair go to one process, in their order; every other one to whoever is free.

    xdist 3.8 has groups for this, but pytest 9.2 no longer reads the name that it writes them into.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for shared in SHARED_FIXTURES if shared in nodeid), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Which test runs in which process."""
    return TogetherWhatShares(config, log)


@pytest.fixture(scope="session", autouse=True)
def _pages_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A fresh application a test need not translate the same templates again: a desk's page takes half a second of it."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("pages")))
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": cache}


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Valkey]]:
    """PostgreSQL and Valkey of this test process."""
    base = tmp_path_factory.mktemp("engines")
    cluster, valkey = Cluster(base), Valkey(base)
    cluster.start()
    _hurry(cluster)
    try:
        valkey.start()
        yield cluster, valkey
    finally:
        valkey.stop()
        cluster.stop()


def _hurry(cluster: Cluster) -> None:
    """Commits here do not wait for the disk: nobody pulls the plug. Where somebody does (faults, embedded), a server has its own."""
    admin = create_engine(cluster.admin_url(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


def _migrated(cluster: Cluster, name: str, migrations: Path, kinds: dict[str, JobKind]) -> tuple[str, str]:
    cluster.ensure_database(name)
    app_url, owner_url = cluster.url(name, "app"), cluster.url(name, "owner")
    database = Database(app_url)
    migrate(migrations, owner_url, make_url(app_url).username or "", database, kinds)
    database.dispose()
    return app_url, owner_url


_TABLES = text(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
)
_REFERENCES = text("""
    SELECT CAST(conrelid AS regclass)::text AS child, CAST(confrelid AS regclass)::text AS parent FROM pg_constraint
    WHERE contype = 'f' AND conrelid <> confrelid
""")
_SEQUENCES = text("SELECT sequencename, start_value FROM pg_sequences WHERE schemaname = 'public'")


def _emptier(owner: Engine) -> Callable[[], None]:
    """Rows go, in the order of their references: a TRUNCATE makes new files for each table and index, a tenth of a second a test."""
    with owner.connect() as connection:
        parents: dict[str, set[str]] = {name: set() for name in connection.execute(_TABLES).scalars()}
        for child, parent in connection.execute(_REFERENCES):
            parents[child].add(parent)
        children_first = [*TopologicalSorter(parents).static_order()][::-1]
        sequences = connection.execute(_SEQUENCES).all()
    statements = [f'DELETE FROM "{name}"' for name in children_first]
    statements += [f"SELECT setval('{name}', {start}, false)" for name, start in sequences]

    def empty() -> None:
        with owner.begin() as connection:
            connection.exec_driver_sql("; ".join(statements))

    return empty


@pytest.fixture(scope="session")
def inquiry_urls(engines: tuple[Cluster, Valkey]) -> tuple[str, str]:
    """The running role's and the owner's address of the inquiry database."""
    import inquiry_service
    from inquiry_service.jobs import KINDS

    migrations = Path(inquiry_service.__file__).parent / "db" / "migrations"
    return _migrated(engines[0], "inquiry", migrations, dict(KINDS))


@pytest.fixture(scope="session")
def _empty_inquiry(inquiry_urls: tuple[str, str]) -> Callable[[], None]:
    return _emptier(create_engine(inquiry_urls[1]))


@pytest.fixture(scope="session")
def _inquiry_database(inquiry_urls: tuple[str, str]) -> Iterator[Database]:
    database = Database(inquiry_urls[0], pool_size=8)
    yield database
    database.dispose()


@pytest.fixture
def inquiry_db(_inquiry_database: Database, _empty_inquiry: Callable[[], None]) -> Database:
    """The inquiry database, empty."""
    _empty_inquiry()
    return _inquiry_database


@pytest.fixture
def make_inquiry_settings(
    inquiry_urls: tuple[str, str], engines: tuple[Cluster, Valkey], tmp_path: Path
) -> Callable[..., Any]:
    """Settings of the inquiry service; any field can be given."""
    from inquiry_service.settings import InquirySettings

    def make(**given: Any) -> InquirySettings:
        values = common_settings(engines[1], tmp_path) | {
            "database_url": inquiry_urls[0],
            "public_url": "http://127.0.0.1:8002",
            "port": 8002,
        }
        return InquirySettings(**(values | given))

    return make


def common_settings(valkey: Valkey, tmp_path: Path) -> dict[str, Any]:
    """What both services' settings have in the tests."""
    return {
        "redis_url": valkey.url,
        "secret_key": SECRET,
        "pair_secret": PAIR_SECRET,
        "smtp_url": f"maildir://{tmp_path / 'mail'}",
        "enrollment_url": "http://127.0.0.1:8001",
        "inquiry_url": "http://127.0.0.1:8002",
        "school_name": "Riverside Training College",
        "mail_from": "hello@riverside.example",
        "mail_domain": "riverside.example",
        "embedded": True,
        "var_dir": str(tmp_path),
        "limit_public_writes": "100000/minute",
        "limit_public_reads": "100000/minute",
    }


@pytest.fixture
def inquiry_settings(make_inquiry_settings: Callable[..., Any]) -> Any:
    """Settings of the inquiry service."""
    return make_inquiry_settings()


@pytest.fixture
def inquiry_app(inquiry_db: Database, inquiry_settings: Any) -> Flask:
    """The inquiry service's application on an empty database."""
    from inquiry_service.app import create_app

    return create_app(inquiry_settings)


@pytest.fixture
def inquiry_client(inquiry_app: Flask) -> FlaskClient:
    """A visitor's client of the inquiry service."""
    return inquiry_app.test_client()


@pytest.fixture
def inquiry_work(inquiry_db: Database, inquiry_settings: Any, tmp_path: Path) -> Working:
    """The hands that do the inquiry service's work in this very process."""
    from inquiry_service.worker import make_workshop

    workshop: Workshop = make_workshop(inquiry_settings, inquiry_db)
    return Working(inquiry_db, workshop, tmp_path / "mail")


@pytest.fixture(scope="session")
def enrollment_urls(engines: tuple[Cluster, Valkey]) -> tuple[str, str]:
    """The running role's and the owner's address of the enrollment database."""
    import enrollment_service
    from enrollment_service.jobs import KINDS

    migrations = Path(enrollment_service.__file__).parent / "db" / "migrations"
    return _migrated(engines[0], "enrollment", migrations, dict(KINDS))


@pytest.fixture(scope="session")
def _empty_enrollment(enrollment_urls: tuple[str, str]) -> Callable[[], None]:
    return _emptier(create_engine(enrollment_urls[1]))


@pytest.fixture(scope="session")
def _enrollment_database(enrollment_urls: tuple[str, str]) -> Iterator[Database]:
    database = Database(enrollment_urls[0], pool_size=8)
    yield database
    database.dispose()


@pytest.fixture
def enrollment_db(_enrollment_database: Database, _empty_enrollment: Callable[[], None]) -> Database:
    """The enrollment database, empty."""
    _empty_enrollment()
    return _enrollment_database


@pytest.fixture
def make_enrollment_settings(
    enrollment_urls: tuple[str, str], engines: tuple[Cluster, Valkey], tmp_path: Path
) -> Callable[..., Any]:
    """Settings of the enrollment service; any field can be given."""
    from enrollment_service.settings import EnrollmentSettings

    def make(**given: Any) -> EnrollmentSettings:
        values = common_settings(engines[1], tmp_path) | {
            "database_url": enrollment_urls[0],
            "public_url": "http://127.0.0.1:8001",
            "port": 8001,
        }
        return EnrollmentSettings(**(values | given))

    return make


@pytest.fixture
def enrollment_settings(make_enrollment_settings: Callable[..., Any]) -> Any:
    """Settings of the enrollment service."""
    return make_enrollment_settings()


@pytest.fixture
def enrollment_app(enrollment_db: Database, enrollment_settings: Any) -> Flask:
    """The enrollment service's application on an empty database."""
    from enrollment_service.app import create_app

    return create_app(enrollment_settings)


@pytest.fixture
def enrollment_client(enrollment_app: Flask) -> FlaskClient:
    """A visitor's client of the enrollment service."""
    return enrollment_app.test_client()


@pytest.fixture
def enrollment_work(enrollment_db: Database, enrollment_settings: Any, tmp_path: Path) -> Working:
    """The hands that do the enrollment service's work in this very process."""
    from enrollment_service.worker import make_workshop

    return Working(enrollment_db, make_workshop(enrollment_settings, enrollment_db), tmp_path / "mail")


@pytest.fixture
def inquiry_address(inquiry_app: Flask) -> Iterator[str]:
    """The inquiry service over HTTP."""
    with served(inquiry_app) as server:
        yield address_of(server)


@pytest.fixture
def enrollment_address(enrollment_app: Flask) -> Iterator[str]:
    """The enrollment service over HTTP."""
    with served(enrollment_app) as server:
        yield address_of(server)
