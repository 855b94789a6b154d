"""What this service's routes share beside the site: references, the sibling's facts, form tokens, and the time an answer is due."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app
from jinja2 import Environment

from inquiry_service.clients.enrollment import EnrollmentClient
from inquiry_service.domain.business_hours import ANSWER_WITHIN, due_at
from inquiry_service.domain.expectation import usual_length
from inquiry_service.settings import InquirySettings
from shared.clock import monotonic_s, utc_now
from shared.db import Database
from shared.references import References
from shared.web.form_token import FormTokens
from shared.web.site import site

READ_AGAIN_S = 600


class Expectation:
    """How soon answers usually come, read again every ten minutes."""

    def __init__(self) -> None:
        self._length = ANSWER_WITHIN
        self._read_again_s = float("-inf")

    def answer_by(self, database: Database, zone: ZoneInfo) -> datetime:
        """When somebody who asks this moment can expect an answer."""
        if monotonic_s() >= self._read_again_s:
            self._read_again_s = monotonic_s() + READ_AGAIN_S
            with database.reading() as session:
                self._length = usual_length(session, zone)
        return due_at(utc_now(), zone, self._length)


@dataclass(frozen=True)
class Parts:
    """One a process."""

    references: References
    enrollment: EnrollmentClient
    ask_tokens: FormTokens
    expectation: Expectation
    letter_templates: Environment


def parts() -> Parts:
    """The parts of the current request's service."""
    return cast(Parts, current_app.extensions["inquiry"])


def settings() -> InquirySettings:
    """The settings of the current request's service."""
    return cast(InquirySettings, site().settings)


def due_now() -> datetime:
    """When a question that comes in this moment is due."""
    return due_at(utc_now(), settings().zone)
