"""The command line: who stands behind its tokens, and what each process loads."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from enrollment_service.cli import SAMPLE_PEOPLE, token_person
from inquiry_service.sample import SAMPLE, sample_staff_id
from shared.db import Database
from shared.tokens import new_id

ROOT = Path(__file__).resolve().parents[2]
NOT_FOR_WORK = ("flask", "flask_smorest", "werkzeug", "granian", "rich", "alembic")


def test_a_token_of_the_sample_school_belongs_to_its_person(
    enrollment_db: Database, make_enrollment_settings: Any
) -> None:
    people = {p["email"]: p for p in tomllib.loads((SAMPLE / "desk.toml").read_text())["staff"]}
    settings = make_enrollment_settings(sample_school=True)
    for role, (name, email) in SAMPLE_PEOPLE.items():
        assert (people[email]["name"], people[email]["roles"]) == (name, [role])
        with enrollment_db.reading() as session:
            assert token_person(settings, session, role, None) == (sample_staff_id(email), name)


def test_a_token_without_the_sample_school_needs_an_account(
    enrollment_db: Database, enrollment_settings: Any
) -> None:
    person_id = new_id()
    with enrollment_db.reading() as session:
        with pytest.raises(click.ClickException, match="--person"):
            token_person(enrollment_settings, session, "registrar", None)
        assert token_person(enrollment_settings, session, "registrar", person_id)[0] == person_id
        with pytest.raises(click.ClickException, match="opens nothing"):
            token_person(enrollment_settings, session, "janitor", person_id)


def loaded_by(program: str, names: tuple[str, ...]) -> str:
    """Which of the libraries a fresh interpreter has loaded after the program."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{program}\nprint(*(n for n in {names} if sys.modules.get(n)))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("service", ["enrollment_service", "inquiry_service"])
def test_a_process_that_works_loads_no_web(service: str) -> None:
    hands = (
        f"from {service}.cli import PARTS; from shared.commands import load_no_rich; load_no_rich(); PARTS.kinds(); "
        f"import {service}.worker, shared.relay, shared.celery, shared.presence"
    )
    assert loaded_by(hands, NOT_FOR_WORK) == ""
    assert loaded_by(f"import {service}.app", ("flask",)) == "flask"


@pytest.mark.parametrize("service", ["enrollment_service", "inquiry_service"])
def test_a_web_process_loads_no_migrations_no_broker_and_no_doctor(service: str) -> None:
    web = f"import {service}.app, shared.web.health; from shared.redis_server import redis_fault; redis_fault('redis://127.0.0.1:1')"
    assert loaded_by(web, ("alembic", "celery", "kombu", "dns", "shared.doctor")) == ""
    assert loaded_by("import shared.doctor.command", ("dns", "shared.doctor")) == "dns shared.doctor"


@pytest.mark.parametrize("service", ["enrollment_service", "inquiry_service"])
def test_a_relay_rings_without_the_whole_of_celery(service: str) -> None:
    relay = (
        f"from {service}.cli import PARTS; from shared.commands import load_no_rich; load_no_rich(); PARTS.kinds(); "
        f"import {service}.worker, shared.relay, shared.presence; from shared.doorbell import Doorbell\n"
        "try: Doorbell('service', 'redis://127.0.0.1:1/0').ring('letters', [])\nexcept Exception: pass"
    )
    assert loaded_by(relay, ("celery",)) == ""


@pytest.mark.parametrize("service", ["enrollment_service", "inquiry_service"])
def test_the_parent_of_the_web_processes_loads_neither_the_app_nor_the_database(service: str) -> None:
    """Its one work is to start them, and to start them again."""
    parent = f"from {service}.cli import PARTS; import shared.serving"
    assert loaded_by(parent, ("flask", "sqlalchemy", "psycopg", "celery", "jinja2")) == ""


def test_a_process_whose_parent_is_gone_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from shared import serving

    monkeypatch.setattr(serving.ctypes, "CDLL", lambda *_, **__: (_ for _ in ()).throw(OSError()))
    parents = iter([4711, 1])
    monkeypatch.setattr(serving.os, "getppid", lambda: next(parents))
    with pytest.raises(SystemExit):
        serving.end_with_parent()
    monkeypatch.setattr(serving.os, "getppid", lambda: 1)  # in a container the parent may be number 1
    serving.end_with_parent()


def test_the_sibling_is_asked_inside_where_there_is_an_inside(make_enrollment_settings: Any) -> None:
    public = make_enrollment_settings(inquiry_url="https://school.example")
    assert public.inquiry_internal_url == "https://school.example"
    both = make_enrollment_settings(
        inquiry_url="https://school.example", inquiry_internal_url="http://inquiry-web:8000"
    )
    assert (both.inquiry_url, both.inquiry_internal_url) == (
        "https://school.example",
        "http://inquiry-web:8000",
    )
