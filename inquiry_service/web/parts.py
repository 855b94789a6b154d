"""What this service's routes share beside the site: references, the sibling's facts, form tokens, and the times that are promised."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app

from inquiry_service.clients.enrollment import EnrollmentClient
from inquiry_service.domain import expectation, service_levels
from inquiry_service.domain.business_hours import Calendar
from inquiry_service.domain.expectation import Promise
from inquiry_service.domain.service_levels import ServiceLevel
from inquiry_service.settings import InquirySettings
from shared.clock import monotonic_s, utc_now
from shared.db import Database
from shared.letter_rendering import LetterTemplates
from shared.references import References
from shared.web.form_token import FormTokens
from shared.web.site import site

LEVEL_AGAIN_S = 20
QUEUE_AGAIN_S = 60


class Expectation:
    """The school's hours, kept for seconds, and how soon answers usually come, kept for a minute: a question waits for neither."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database, self._zone = database, zone
        self._level: ServiceLevel | None = None
        self._queue: tuple[Calendar, timedelta] | None = None
        self._level_until_s = self._queue_until_s = float("-inf")

    def level(self) -> ServiceLevel:
        """What the school promises, as of a few seconds ago."""
        if self._level is None or monotonic_s() >= self._level_until_s:
            self._level = service_levels.read_at_once(self._database, self._zone)
            self._level_until_s = monotonic_s() + LEVEL_AGAIN_S
        return self._level

    def promise(self) -> Promise:
        """What somebody who asks this moment is told."""
        if self._queue is None or monotonic_s() >= self._queue_until_s:
            with self._database.reading() as session:
                self._queue = expectation.read(session)
            self._queue_until_s = monotonic_s() + QUEUE_AGAIN_S
        calendar, length = self._queue
        return expectation.promise(calendar, utc_now(), length)

    def forget(self) -> None:
        """Somebody changed the hours here: whoever looks next sees them."""
        self._level = self._queue = None


@dataclass(frozen=True)
class Parts:
    """One a process."""

    references: References
    enrollment: EnrollmentClient
    ask_tokens: FormTokens
    expectation: Expectation
    letter_templates: LetterTemplates


def parts() -> Parts:
    """The parts of the current request's service."""
    return cast(Parts, current_app.extensions["inquiry"])


def settings() -> InquirySettings:
    """The settings of the current request's service."""
    return cast(InquirySettings, site().settings)


def due_now(program: str | None = None) -> datetime:
    """When a question about that program that came in this moment is due."""
    return parts().expectation.level().due_at(utc_now(), program)
