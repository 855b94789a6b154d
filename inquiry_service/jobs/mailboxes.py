"""Mail in: a mail server's folders, every minute and whenever it says that something came."""

from collections.abc import Mapping

from inquiry_service.domain.mailboxes import READ_EVERY_S as READ_EVERY_S
from shared.jobs import JobContext


def read(context: JobContext, payload: Mapping[str, str]) -> None:
    """Every folder is read, in transactions of its own: what is committed stays, whatever happens to this job."""
    imap = context.service.settings.imap
    if imap is not None:
        from inquiry_service.roads.mailboxes import read_mailboxes  # a school without a mailbox loads no IMAP

        read_mailboxes(context.database, imap)
