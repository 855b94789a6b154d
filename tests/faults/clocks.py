"""Processes whose clocks are set apart, by libfaketime: PostgreSQL's own clock stays right, and it is the one that decides."""

from collections.abc import Generator
from pathlib import Path

from tests.faults.enduring import Fault
from tests.faults.stand import Stand

PLACES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")
SET_BY = {"web": "+1h", "worker": "-1h"}  # the relay's is right


def library() -> str | None:
    """Where libfaketime is on this machine."""
    return next((str(path) for place in PLACES for path in Path("/").glob(place[1:])), None)


def apart(*services: str) -> Fault:
    """Of these services web is an hour ahead, the worker an hour behind."""

    def fault(stand: Stand) -> Generator[None, None, None]:
        preload = library()
        assert preload is not None
        names = [f"{service}-{verb}" for service in services for verb in SET_BY]
        for name in names:
            set_by = {"FAKETIME": SET_BY[name.partition("-")[2]], "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            stand.use(name, LD_PRELOAD=preload, **set_by)
        try:
            while True:
                yield
        finally:
            for name in names:
                stand.use(name)

    return fault
