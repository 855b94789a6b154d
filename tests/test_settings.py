"""What the services read from their environment: all of it written down, every mistake named at once."""

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from enrollment_service.settings import EnrollmentSettings
from inquiry_service.settings import InquirySettings
from shared.settings import ServiceSettings, SettingsError

ROOT = Path(__file__).resolve().parents[1]
CLASSES = (EnrollmentSettings, InquirySettings)
A_SETTING = re.compile(r"#?([A-Z][A-Z0-9_]*)=(.*)")
NEEDED = {
    "DATABASE_URL": "postgresql://inquiry_app:password@localhost/inquiry",
    "REDIS_URL": "redis://localhost:6379/0",
    "SECRET_KEY": "0f5d1c8b7a2e4936" * 4,
    "PAIR_SECRET": "9e8d7c6b5a4f3e2d" * 4,
    "SMTP_URL": "smtp://localhost:25",
    "PUBLIC_URL": "https://school.example",
    "ENROLLMENT_URL": "https://school.example",
    "INQUIRY_URL": "https://school.example",
    "SCHOOL_NAME": "Riverside Training College",
    "MAIL_FROM": "hello@school.example",
    "PORT": "8002",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with what a service needs and nothing that this shell happens to set."""
    for settings in CLASSES:
        for field in fields(settings):
            monkeypatch.delenv(field.name.upper(), raising=False)
            monkeypatch.delenv(f"{field.name.upper()}_FILE", raising=False)
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def example() -> tuple[list[str], list[str]]:
    """The lines of `.env.example`: what the services read, and what only the ways of starting them read."""
    ours, theirs = re.split(r"^# ---- .*$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    return ours.splitlines(), theirs.splitlines()


def names(lines: list[str]) -> list[str]:
    """The settings that stand in these lines."""
    return [found.group(1) for line in lines if (found := A_SETTING.fullmatch(line))]


def uncommented(lines: list[str]) -> list[str]:
    """Settings without a sentence above; two that belong together may share it."""
    missing, said = [], False
    for line in lines:
        setting = A_SETTING.fullmatch(line)
        said = (said and bool(line)) or line.startswith("# ")
        if setting and not said:
            missing.append(setting.group(1))
    return missing


def test_the_example_names_exactly_the_settings_of_both_services() -> None:
    found = names(example()[0])
    assert set(found) == {field.name.upper() for settings in CLASSES for field in fields(settings)}
    assert len(found) == len(set(found))


def test_every_setting_of_the_example_is_explained() -> None:
    ours, theirs = example()
    assert uncommented([*ours, *theirs]) == []
    assert uncommented(["# Why.", "#A=1", "#B=2", "", "#C=3"]) == ["C"]


@pytest.mark.parametrize("settings", CLASSES)
def test_the_example_shows_the_default_where_there_is_one(settings: type[ServiceSettings]) -> None:
    lines = {m.group(1): m.group(2) for line in example()[0] if (m := A_SETTING.fullmatch(line))}
    for field in fields(settings):
        if field.default is not MISSING:
            shown = lines[field.name.upper()]
            assert (
                type(field.default)(int(shown) if isinstance(field.default, bool) else shown) == field.default
            )


def test_what_only_the_ways_of_starting_read_is_read_by_them() -> None:
    texts = [path.read_text() for path in (ROOT / "deploy").rglob("*.py")]
    readers = "\n".join([*texts, (ROOT / "docker-compose.yml").read_text()])
    for name in names(example()[1]):
        service, _, rest = name.partition("_")
        assert name in readers or (service in ("ENROLLMENT", "INQUIRY") and f"_{rest}" in readers), name


@pytest.mark.parametrize("settings", CLASSES)
def test_what_is_needed_is_enough(environment: pytest.MonkeyPatch, settings: type[ServiceSettings]) -> None:
    read = settings.from_env()
    assert read.port == 8002
    assert read.mail_domain == "school.example"
    assert not read.embedded


@pytest.mark.parametrize("settings", CLASSES)
def test_everything_that_is_missing_is_named_at_once(
    environment: pytest.MonkeyPatch, settings: type[ServiceSettings]
) -> None:
    for name in NEEDED:
        environment.delenv(name)
    with pytest.raises(SettingsError) as refused:
        settings.from_env()
    assert [name for name in NEEDED if f"'{name}'" not in str(refused.value)] == []


def test_everything_that_is_malformed_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PORT", "eight thousand")
    environment.setenv("EMBEDDED", "perhaps")
    with pytest.raises(SettingsError) as refused:
        InquirySettings.from_env()
    assert "PORT" in str(refused.value)
    assert "EMBEDDED" in str(refused.value)


def test_everything_that_cannot_be_used_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    wrong = {
        "SECRET_KEY": "changeme",
        "PAIR_SECRET": "a" * 64,
        "PUBLIC_URL": "school.example",
        "INQUIRY_URL": "https://school.example/",
        "MAIL_FROM": "the front desk",
        "SCHOOL_TIMEZONE": "Chicago",
        "SMTP_URL": "maildir:relative",
    }
    for name, value in wrong.items():
        environment.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        InquirySettings.from_env()
    assert [name for name in wrong if f"{name}:" not in str(refused.value)] == []


@pytest.mark.parametrize("weak", ["", "x" * 31, "a" * 64, "abcabcabcabcabcabcabcabcabcabcabcabc"])
def test_a_weak_secret_is_refused_without_being_shown(environment: pytest.MonkeyPatch, weak: str) -> None:
    environment.setenv("SECRET_KEY", weak)
    with pytest.raises(SettingsError) as refused:
        InquirySettings.from_env()
    assert "SECRET_KEY" in str(refused.value)
    assert not weak or weak not in str(refused.value)


def test_a_secret_may_stand_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret-key"
    file.write_text("c0ffee11deadbeef" * 4 + "\n")
    environment.delenv("SECRET_KEY")
    environment.setenv("SECRET_KEY_FILE", str(file))
    assert InquirySettings.from_env().secret_key == "c0ffee11deadbeef" * 4


def test_a_secret_s_file_that_is_not_there_is_named(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("SECRET_KEY_FILE", str(tmp_path / "gone"))
    with pytest.raises(SettingsError, match="SECRET_KEY_FILE"):
        InquirySettings.from_env()


def test_a_mailbox_exists_only_on_one_machine_with_a_maildir(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("EMBEDDED", "1")
    environment.setenv("SMTP_URL", "maildir:///srv/mail")
    assert InquirySettings.from_env().has_mailbox
    for name, value in {"HOST": "0.0.0.0", "EMBEDDED": "0", "SMTP_URL": "smtp://localhost"}.items():
        with pytest.MonkeyPatch.context() as changed:
            changed.setenv(name, value)
            assert not InquirySettings.from_env().has_mailbox
