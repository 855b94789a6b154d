"""The gateway of `docker compose` against both services: every page behind the right one, and nothing inner let through."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from flask import Flask

CADDYFILE = (Path(__file__).resolve().parents[2] / "deploy" / "gateway" / "Caddyfile").read_text()
OF_NEITHER = ("/health/", "/metrics", "/mailbox", "/styleguide")


def paths_of(matcher: str) -> list[str]:
    """The patterns of a named matcher."""
    found = re.search(rf"^\s*@{matcher} path (.+)$", CADDYFILE, re.MULTILINE)
    assert found
    return found.group(1).split()


def goes_to(path: str) -> str:
    """Which way the gateway sends an address."""
    for matcher in ("inner", "inquiry"):
        if any(fnmatchcase(path, pattern) for pattern in paths_of(matcher)):
            return matcher
    return "enrollment"


@pytest.mark.parametrize("service", ["inquiry", "enrollment"])
def test_every_address_reaches_its_service(request: pytest.FixtureRequest, service: str) -> None:
    app: Flask = request.getfixturevalue(f"{service}_app")
    rules = {re.sub(r"<[^>]*>", "x", rule.rule) for rule in app.url_map.iter_rules()}
    pages = {path for path in rules if not path.startswith(OF_NEITHER)} - {"/"}
    assert {path for path in pages if goes_to(path) != service} == set()


@pytest.mark.parametrize("path", ["/health/ready", "/health/live", "/metrics", "/mailbox", "/mailbox/x/html"])
def test_what_belongs_to_a_process_stays_inside(path: str) -> None:
    assert goes_to(path) == "inner"


def test_static_files_reach_their_service() -> None:
    assert goes_to("/static/inquiry/x.js") == "inquiry"
    assert goes_to("/static/enrollment/x.js") == goes_to("/static/shared/x.css") == "enrollment"
