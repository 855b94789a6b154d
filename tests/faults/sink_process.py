"""The sink, started and told what to do; and what it took, read from its log."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.embedded.installation import ROOT
from tests.faults.checker import Received


class SinkProcess:
    """One sink for one installation."""

    def __init__(self, folder: Path, var: Path) -> None:
        self.log = folder / "sink.log"
        self._from = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sink", str(self.log), str(var)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._heard()["port"])

    @property
    def url(self) -> str:
        """The SMTP_URL that leads here."""
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    def kill_at(self, point: str, times: int = 1) -> None:
        """Whoever is connected when the conversation comes to that point is killed, that many times."""
        self._told({"kill_at": point, "times": times})

    def hold_at(self, point: str, until: int) -> None:
        """Conversations wait at that point until so many have come to it."""
        self._told({"hold_at": point, "hold_until": until})

    def be_calm(self) -> None:
        """Only takes letters from now on; whoever was held goes on."""
        self._told({})

    def kills(self) -> int:
        """How many were killed since the sink began."""
        return int(self._told({"ask": "count"})["kills"])

    def held(self) -> int:
        """How many have come to the point where they are held up."""
        return int(self._told({"ask": "count"})["held"])

    def begin_page(self) -> None:
        """`received` tells of what comes from now on."""
        self._from = self.log.stat().st_size if self.log.exists() else 0

    def received(self) -> list[Received]:
        """What was taken since the page began, oldest first."""
        with self.log.open("rb") as log:
            log.seek(self._from)
            return [Received(**json.loads(line)) for line in log.read().splitlines()]

    def stop(self) -> None:
        """The sink has ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def _told(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard
