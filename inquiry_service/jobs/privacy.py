"""What is kept too long is emptied; who was erased is written down where a restore finds it."""

from collections.abc import Mapping
from pathlib import Path

from inquiry_service.domain import retention
from inquiry_service.settings import InquirySettings
from shared import erasures
from shared.jobs import JobContext


def apply_retention(context: JobContext, payload: Mapping[str, str]) -> None:
    """Inquiries whose time is over say nothing any more."""
    settings: InquirySettings = context.service.settings
    in_force = retention.rules(
        spam_days=settings.retention_spam_days, settled_days=settings.retention_settled_days
    )
    retention.apply(context.session, in_force)


def write_erasures_down(context: JobContext, payload: Mapping[str, str]) -> None:
    """The file beside the database has every erasure."""
    erasures.write_down(Path(context.service.settings.var_dir), erasures.listed(context.session))
