"""This service's settings: what both services read, and nothing else so far."""

from dataclasses import dataclass
from typing import ClassVar

from shared.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class EnrollmentSettings(ServiceSettings):
    """Frozen, read once from the environment."""

    inquiry_timeout_s: float = 2.0

    service: ClassVar[str] = "enrollment"
