"""The listener as a process of its own, spoken to over its port."""

import smtplib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.stand import free_port
from inquiry_service.settings import InquirySettings
from tests.conftest import common_settings
from tests.processes import ROOT, environment_of
from tests.roads.waiting import wait_until


def settings_in(folder: Path, database_url: str, valkey: Any) -> Callable[..., InquirySettings]:
    """Settings for a process that lives longer than a test."""

    def make(**given: Any) -> InquirySettings:
        values = common_settings(valkey, folder) | {"database_url": database_url, "port": 8002}
        return InquirySettings(**(values | {"public_url": "http://127.0.0.1:8002"} | given))

    return make


class Listening:
    """`python -m inquiry_service listen`, inside the block."""

    def __init__(
        self, make_settings: Callable[..., Any], protocol: str, log: Path, *, path: str = ""
    ) -> None:
        self.protocol, self.log, self.path = protocol, log, path
        self.port = 0 if path else free_port()
        url = f"{protocol}://{path}" if path else f"{protocol}://127.0.0.1:{self.port}"
        self._environment = environment_of(
            make_settings(listen_url=url, inbound_addresses="Info@School.example, desk@school.example")
        )
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(30)

    def start(self) -> None:
        """It listens."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "inquiry_service", "listen"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        wait_until(self._listens, "the listener listens")

    def kill(self) -> None:
        """Killed, without a word before."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(30)

    def client(self) -> smtplib.SMTP:
        """Somebody who brings mail."""
        if self.protocol == "lmtp":
            return smtplib.LMTP("127.0.0.1", self.port)
        return smtplib.SMTP("127.0.0.1", self.port, timeout=60)

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            with smtplib.LMTP(self.path or "127.0.0.1", self.port):
                return True
        except OSError:
            return False
