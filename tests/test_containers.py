"""The containers' `init`, as far as it can be seen without containers: which secrets it makes anew, and which it leaves."""

import re
from pathlib import Path

import pytest

from deploy import containers
from deploy.embedded.services import PAIR


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every secret that can be rotated, and the one of PostgreSQL's superuser, which cannot."""
    monkeypatch.setattr(containers, "SECRETS", tmp_path)
    for path in ("postgres/password", *(path for paths in containers.ROTATED.values() for path in paths)):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("old")
    return tmp_path


def gone(secrets: Path) -> set[str]:
    """The secrets that will be made anew."""
    return {path for paths in containers.ROTATED.values() for path in paths if not (secrets / path).exists()}


@pytest.mark.parametrize("name", containers.ROTATED)
def test_rotating_takes_what_is_named_and_nothing_else(secrets: Path, name: str) -> None:
    assert containers.forget(["rotate", name])
    assert gone(secrets) == set(containers.ROTATED[name])
    assert (secrets / "postgres" / "password").exists()


@pytest.mark.parametrize(
    "words", [["rotate"], ["rotate", "everything"], ["rotate", "pair-secret", "x"], ["turn"]]
)
def test_rotating_what_nobody_knows_takes_nothing(secrets: Path, words: list[str]) -> None:
    assert not containers.forget(words)
    assert containers.main(words) == 2
    assert gone(secrets) == set()


def test_every_secret_of_a_service_can_be_rotated() -> None:
    named = {path for paths in containers.ROTATED.values() for path in paths}
    for service in PAIR:
        for secret in ("secret-key", "pair-secret", "database-url"):
            assert f"{service.name}/{secret}" in named


def test_the_gateway_shuts_what_is_inner_before_it_hands_on_anything() -> None:
    """Caddy takes the first `handle` that fits, and any `handle` before a `respond` beside it, wherever that stands."""
    written = (Path(containers.__file__).parent / "gateway" / "Caddyfile").read_text()
    assert re.findall(r"^\t(handle|respond)\b(.*) {$", written, re.MULTILINE) == [
        ("handle", " @inner"),
        ("handle", " @inquiry"),
        ("handle", ""),
    ]
    assert not re.search(r"^\trespond", written, re.MULTILINE)
