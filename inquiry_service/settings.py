"""What this service reads from the environment beside what both read."""

from dataclasses import dataclass
from typing import ClassVar

from shared.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class InquirySettings(ServiceSettings):
    """`undo_held_s` is how long an answer waits before it goes; pages show three seconds less."""

    service: ClassVar[str] = "inquiry"
    undo_held_s: float = 13.0
