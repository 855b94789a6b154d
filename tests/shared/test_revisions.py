"""What a process reads of the migrations without Alembic is what Alembic reads; old, fitting and newer databases are told apart."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient

from shared.revisions import Revisions

TWO = Revisions(frozenset({"0001", "0002"}), "0002")


@pytest.mark.parametrize("service", ["enrollment_service", "inquiry_service"])
def test_they_are_those_that_alembic_knows(service: str) -> None:
    folder = Path(str(import_module(service).__file__)).parent / "db" / "migrations"
    scripts = ScriptDirectory(str(folder))
    read = Revisions.of(folder)
    assert read.head == scripts.get_current_head()
    assert read.known == {script.revision for script in scripts.walk_revisions()}


@pytest.mark.parametrize(
    ("found", "is_enough"),
    [([], False), (["0001"], False), (["0002"], True), (["0003"], True), (["0001", "0003"], False)],
)
def test_a_database_that_is_ahead_is_enough_and_one_behind_is_not(found: list[str], is_enough: bool) -> None:
    assert TWO.are_in(found) is is_enough


@pytest.mark.parametrize(("needed", "status"), [("0000", 200), ("9999", 503)])
def test_a_service_is_ready_on_a_newer_schema_and_not_on_an_older(
    inquiry_client: FlaskClient, needed: str, status: int
) -> None:
    app = inquiry_client.application
    site = app.extensions["frontdesk"]
    known = {needed} | (site.revisions.known if needed == "9999" else set())
    app.extensions["frontdesk"] = replace(site, revisions=Revisions(frozenset(known), needed))
    assert inquiry_client.get("/health/ready").status_code == status
