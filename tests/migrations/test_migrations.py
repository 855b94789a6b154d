"""Each service's migrations: they make what the models say, go down and up again, and give the running role no more than it needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, MetaData, create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from deploy.embedded.postgres import Cluster
from deploy.embedded.valkey import Valkey
from shared.db import Database
from shared.jobs import JobKind
from shared.migrating import alembic_config, migrate

SERVICES = ("enrollment", "inquiry")
BEFORE_LETTERS_CHANGED = {"enrollment_service": "0002", "inquiry_service": "0003"}


@dataclass
class Migrated:
    """A database of its own that `migrate` has just made."""

    folder: Path
    metadata: MetaData
    kinds: dict[str, JobKind]
    owner: Engine
    app: Engine

    def migrate(self, **patience: float) -> None:
        """What `python -m <service> migrate` does."""
        database = Database(self.app.url.render_as_string(hide_password=False))
        owner_url = self.owner.url.render_as_string(hide_password=False)
        try:
            migrate(self.folder, owner_url, self.app.url.username or "", database, self.kinds, **patience)  # type: ignore[arg-type]
        finally:
            database.dispose()

    def go_down(self, to: str = "base") -> None:
        """Back to a revision, or to nothing."""
        with self.owner.begin() as connection:
            config = alembic_config(self.folder)
            config.attributes["connection"] = connection
            command.downgrade(config, to)

    def differences(self) -> list[object]:
        """What the models say and the tables do not, or the other way round."""
        with self.owner.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return [*compare_metadata(context, self.metadata), *self._checks_apart()]

    def _checks_apart(self) -> list[object]:
        """Alembic does not compare CHECK constraints: their names at least must be the same."""
        looked_at, wanted = inspect(self.owner), set()
        for table in self.metadata.tables.values():
            checks = [c for c in table.constraints if isinstance(c, CheckConstraint)]
            wanted |= {(table.name, str(check.name)) for check in checks}
        found = {
            (name, str(check["name"]))
            for name in self.metadata.tables
            for check in looked_at.get_check_constraints(name)
        }
        return sorted(wanted ^ found)  # type: ignore[return-value]

    def recurring(self) -> dict[str, float]:
        """The recurring rows and their period in seconds."""
        with self.owner.connect() as connection:
            rows = connection.execute(text("SELECT kind, every FROM job WHERE every IS NOT NULL"))
            return {row.kind: row.every.total_seconds() for row in rows}


@pytest.fixture(params=SERVICES)
def migrated(request: pytest.FixtureRequest, engines: tuple[Cluster, Valkey]) -> Iterator[Migrated]:
    """Each service's tables in a database that this test may spoil."""
    package = import_module(f"{request.param}_service")
    name = f"{request.param}_moves"
    cluster = engines[0]
    cluster.ensure_database(name)
    made = Migrated(
        Path(str(package.__file__)).parent / "db" / "migrations",
        import_module(f"{package.__name__}.db.models").Base.metadata,
        dict(import_module(f"{package.__name__}.jobs").KINDS),
        create_engine(cluster.url(name, "owner"), poolclass=NullPool),
        create_engine(cluster.url(name, "app"), poolclass=NullPool),
    )
    made.migrate()
    yield made
    cluster.drop_database(name)


def test_the_tables_are_what_the_models_say(migrated: Migrated) -> None:
    assert migrated.differences() == []


def test_a_table_that_no_model_knows_is_noticed(migrated: Migrated) -> None:
    with migrated.owner.begin() as connection:
        connection.execute(text("CREATE TABLE stray (id int)"))
        connection.execute(text("ALTER TABLE job ADD CONSTRAINT ck_job_stray CHECK (true)"))
    assert len(migrated.differences()) == 2


def test_they_go_down_to_nothing_and_up_again(migrated: Migrated) -> None:
    migrated.go_down()
    looked_at = inspect(migrated.owner)
    assert looked_at.get_table_names() == ["alembic_version"]
    assert looked_at.get_sequence_names() == []
    migrated.migrate()
    assert migrated.differences() == []


def test_migrating_twice_changes_nothing(migrated: Migrated) -> None:
    before = migrated.recurring()
    migrated.migrate()
    assert migrated.recurring() == before
    assert migrated.differences() == []


def test_a_database_that_a_newer_version_migrated_is_left_alone(migrated: Migrated) -> None:
    with migrated.owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'newer'"))
    migrated.migrate()
    with migrated.app.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [
            "newer"
        ]


def test_every_recurring_job_has_its_row_and_gets_it_back(migrated: Migrated) -> None:
    wanted = {name: kind.every.total_seconds() for name, kind in migrated.kinds.items() if kind.every}
    assert wanted
    assert migrated.recurring() == wanted
    with migrated.owner.begin() as connection:
        connection.execute(text("DELETE FROM job"))
    migrated.migrate()
    assert migrated.recurring() == wanted


ADD_TO_AUDIT = "INSERT INTO audit (person_name, action, subject_id) VALUES ('x', 'y', gen_random_uuid())"


def test_the_running_role_adds_to_the_audit_and_reads_it(migrated: Migrated) -> None:
    with migrated.app.begin() as connection:
        connection.execute(text(ADD_TO_AUDIT))
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar() == 1


FORBIDDEN = [
    "UPDATE audit SET reason = 'other'",
    "DELETE FROM audit",
    "TRUNCATE audit",
    "DROP TABLE audit",
    "CREATE TABLE mine (id int)",
    "UPDATE alembic_version SET version_num = '0'",
    "ALTER TABLE job ADD COLUMN mine int",
]


def is_refused(engine: Engine, statement: str) -> bool:
    """Whether the role has no right to do this; nothing is kept either way."""
    with engine.connect() as connection:
        try:
            connection.execute(text(statement))
        except ProgrammingError as error:
            return "permission denied" in str(error) or "must be owner" in str(error)
        return False


def test_the_running_role_changes_no_audit_and_no_table(migrated: Migrated) -> None:
    assert [statement for statement in FORBIDDEN if not is_refused(migrated.app, statement)] == []
    assert [statement for statement in FORBIDDEN if is_refused(migrated.owner, statement)] == []


@pytest.mark.parametrize("role", ["owner", "app"])
@pytest.mark.parametrize(("own", "other"), [SERVICES, SERVICES[::-1]])
def test_neither_service_reads_the_other_s_database(
    engines: tuple[Cluster, Valkey],
    enrollment_urls: tuple[str, str],
    inquiry_urls: tuple[str, str],
    own: str,
    other: str,
    role: str,
) -> None:
    own_url = make_url(engines[0].url(own, role))
    create_engine(own_url, poolclass=NullPool).connect().close()
    with pytest.raises(OperationalError):
        create_engine(own_url.set(database=other), poolclass=NullPool).connect()


def test_a_migration_steps_back_from_a_table_that_is_in_use_and_is_done_once_it_is_free(
    migrated: Migrated,
) -> None:
    migrated.go_down(BEFORE_LETTERS_CHANGED[migrated.folder.parents[1].name])
    with migrated.app.begin() as reader:
        reader.execute(text("SELECT count(*) FROM letter"))
        with pytest.raises(OperationalError, match="lock timeout"):
            migrated.migrate(lock_s=0.1, tries=2)
        with migrated.app.connect() as another:  # nobody stands behind it
            another.execute(text("SELECT count(*) FROM letter"))
    migrated.migrate(lock_s=0.1, tries=2)
    assert migrated.differences() == []
