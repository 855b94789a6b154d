"""After the journeys: what must not be left behind. Runs last by its name."""

import pytest
from sqlalchemy import create_engine, text

from deploy.embedded.postgres import Cluster
from tests.journeys.conftest import Pair

pytestmark = pytest.mark.journey


def test_no_marker_address_is_in_any_log_or_job_row(pair: Pair) -> None:
    logs = {
        path.name: path.read_text(errors="replace")
        for path in (pair.var / "log").rglob("*")
        if path.is_file()
    }
    assert logs
    assert [name for name, words in logs.items() if "marker-" in words.lower() or " Marker" in words] == []
    for database in ("inquiry", "enrollment"):
        with create_engine(Cluster(pair.var).url(database, "app")).connect() as connection:
            rows = connection.execute(text("SELECT CAST(job AS text) AS row FROM job")).scalars().all()
            assert rows
            assert [row for row in rows if "marker-" in row.lower()] == []
            assert (
                connection.execute(text("SELECT count(*) FROM job WHERE status = 'parked'")).scalar_one() == 0
            )
