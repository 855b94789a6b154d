"""What tests of the composer share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from shared.db import Database
from tests.builders import a_director, sign_in
from tests.inquiry.composing import Composing
from tests.served import served
from tests.working import Working


@pytest.fixture
def composing(
    inquiry_db: Database,
    enrollment_db: Database,
    enrollment_app: Flask,
    make_inquiry_settings: Callable[..., Any],
    tmp_path: Path,
) -> Iterator[Composing]:
    """Both services, and a director at the desk."""
    from inquiry_service.app import create_app
    from inquiry_service.worker import make_workshop

    with served(enrollment_app) as server:
        settings = make_inquiry_settings(
            enrollment_internal_url=f"http://127.0.0.1:{server.server_port}", school_phone="(555) 010-2000"
        )
        client = create_app(settings).test_client()
        director = a_director(inquiry_db)
        sign_in(client, inquiry_db, director)
        work = Working(inquiry_db, make_workshop(settings, inquiry_db), tmp_path / "mail")
        yield Composing(client, inquiry_db, enrollment_db, work, director, server)
