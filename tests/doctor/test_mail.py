"""The mail server is tried to the door: connection, encryption, sign-in, and no letter."""

import shutil
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from shared.doctor.findings import Finding
from shared.doctor.mail import mail_findings
from tests.certificates import make_certificate
from tests.journeys.conftest import free_port
from tests.shared.scripted_smtp import Sink

Settings = Callable[..., Any]


def found(settings: Any) -> Finding:
    """The one finding about mail."""
    (finding,) = mail_findings(settings)
    return finding


def test_a_server_that_answers_gets_no_letter(make_inquiry_settings: Settings) -> None:
    with Sink() as sink:
        finding = found(make_inquiry_settings(smtp_url=sink.url))
        assert (finding.level, sink.connections, sink.accepted) == ("ok", 1, [])
        assert [verb.lower() for verb in sink.verbs] == [b"ehlo", b"quit"]
    assert "not encrypted" in finding.found
    assert "nothing was sent" in finding.found


def test_nobody_at_the_port(make_inquiry_settings: Settings) -> None:
    finding = found(make_inquiry_settings(smtp_url=f"smtp://127.0.0.1:{free_port()}"))
    assert (finding.level, "cannot be reached" in finding.found) == ("wrong", True)


@pytest.mark.parametrize("wanted", ["?starttls=required", "?starttls=never"])
def test_a_server_without_what_the_settings_ask_for(make_inquiry_settings: Settings, wanted: str) -> None:
    """It offers neither encryption nor a sign-in."""
    with Sink() as sink:
        plain = sink.url.partition("?")[0].replace("smtp://", "smtp://desk:secret-4711@")
        finding = found(make_inquiry_settings(smtp_url=plain + wanted))
    assert finding.level == "wrong"
    assert "secret-4711" not in str(finding)


def test_smtps_at_a_port_that_speaks_plainly(make_inquiry_settings: Settings) -> None:
    with Sink() as sink:
        finding = found(make_inquiry_settings(smtp_url=sink.url.partition("?")[0].replace("smtp:", "smtps:")))
    assert finding.level == "wrong"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate for localhost that this process trusts, beside its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there to make a certificate")
    make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    return tmp_path


@pytest.fixture
def encrypted_port(authority: Path) -> Iterator[int]:
    """A server that wants STARTTLS and a sign-in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "cert.pem", authority / "key.pem")

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"desk", b"right"), handled=False)

    controller = Controller(
        object(),
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=check,
    )
    controller.start()
    try:
        yield int(controller.port)
    finally:
        controller.stop()


@pytest.mark.parametrize(
    ("road", "level", "words"),
    [
        ("desk:right@localhost", "ok", "TLSv1.3, signed in as desk"),
        ("desk:other@localhost", "wrong", "refuses our sign-in (535)"),
        ("desk:right@127.0.0.1", "wrong", "a certificate that is not trusted"),
    ],
)
def test_encryption_and_sign_in(
    make_inquiry_settings: Settings, encrypted_port: int, road: str, level: str, words: str
) -> None:
    finding = found(make_inquiry_settings(smtp_url=f"smtp://{road}:{encrypted_port}"))
    assert (finding.level, words in finding.found) == (level, True), finding


def test_a_folder_needs_no_server(make_inquiry_settings: Settings) -> None:
    assert found(make_inquiry_settings()).level == "ok"
    assert found(make_inquiry_settings(embedded=False)).level == "warning"
