"""What this service's routes share beside the site: references, the sibling's facts, form tokens, and the time an answer is due."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from inquiry_service.clients.enrollment import EnrollmentClient
from inquiry_service.domain.business_hours import due_at
from inquiry_service.settings import InquirySettings
from shared.clock import utc_now
from shared.references import References
from shared.web.form_token import FormTokens
from shared.web.site import site


@dataclass(frozen=True)
class Parts:
    """One a process."""

    references: References
    enrollment: EnrollmentClient
    ask_tokens: FormTokens


def parts() -> Parts:
    """The parts of the current request's service."""
    return cast(Parts, current_app.extensions["inquiry"])


def settings() -> InquirySettings:
    """The settings of the current request's service."""
    return cast(InquirySettings, site().settings)


def due_now() -> datetime:
    """When a question that comes in this moment is due."""
    return due_at(utc_now(), settings().zone)
