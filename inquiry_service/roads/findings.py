"""What `doctor` says of the roads in: the mail server tried to its folders, and how far they were read."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from inquiry_service.domain import mailboxes
from inquiry_service.roads.imap_server import ImapServer, MailboxAway
from inquiry_service.settings import InquirySettings
from shared.db import Database
from shared.doctor.findings import Finding, ok, warning, wrong
from shared.imap_url import ImapSettings

MEND = "mend IMAP_URL, or the server; docs/runbook.md, “Mail does not come in”"


def road_findings(settings: InquirySettings, database: Database) -> Iterator[Finding]:
    """The mailbox that IMAP_URL names. Nothing is read, and nothing is touched."""
    imap = settings.imap
    if imap is None:
        if settings.mailbox_folder is None and not settings.inbound_secret and not settings.listen_url:
            yield warning("mail in", "there is no road: answers by mail reach nobody", "set IMAP_URL")
        return
    yield _server(imap)
    try:
        with database.reading() as session:
            known = {folder.name: folder for folder in mailboxes.conditions(session)}
    except SQLAlchemyError:
        return  # said already, by who looks at the database
    for folder in imap.folders:
        yield _progress(folder, known.get(imap.name_of(folder)))


def _server(imap: ImapSettings) -> Finding:
    try:
        with ImapServer(imap) as server:
            for folder in imap.folders:
                server.open(folder, may_change=False)
            waits = "tells when mail comes" if server.can_idle else "has no IDLE: mail is read once a minute"
            return ok("imap", f"{imap.host}:{imap.port} answers, {server.encryption}, signed in; it {waits}")
    except MailboxAway as error:
        return wrong("imap", str(error), MEND)


def _progress(folder: str, known: mailboxes.MailboxCondition | None) -> Finding:
    if known is None:
        return warning(
            "mailbox", f"{folder} was never read", "start the verb `relay`, and look again in a minute"
        )
    words = f"{folder}: {known.in_words().partition(': ')[2]}"
    if known.is_late:
        return wrong("mailbox", words, MEND)
    if known.troubles or known.last_error:
        return warning("mailbox", words, MEND)
    return ok("mailbox", words)
