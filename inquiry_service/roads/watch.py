"""A mail server tells by itself that something came (IDLE), and the next reading is due at once. Without it, reading goes on by the clock."""

from threading import Event, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from inquiry_service.roads.imap_server import ImapServer, MailboxAway
from shared.db import Database
from shared.imap_url import ImapSettings
from shared.jobs import make_due

READING = "read_mailboxes"
IDLE_S = 240.0  # then a new IDLE: connections through a NAT are forgotten after five minutes
LOOK_AGAIN_S, LOOK_AGAIN_AT_MOST_S = 2.0, 60.0
WHILE_READING_S = 0.5
log = structlog.get_logger()


def watch_mailboxes(database: Database, settings: ImapSettings, stop: Event) -> None:
    """Each folder has somebody who listens at it until the process ends; says nothing of its own, and loses nothing when it dies."""
    for folder in settings.folders:
        name = f"watch-{folder}"
        Thread(target=watch, args=(database, settings, folder, stop), name=name, daemon=True).start()


def watch(database: Database, settings: ImapSettings, folder: str, stop: Event) -> None:
    """Listens at one folder until `stop` is set; a server that is away is tried again, more and more seldom."""
    pause_s = LOOK_AGAIN_S
    while not stop.is_set():
        try:
            with ImapServer(settings) as server:
                server.open(folder, may_change=False)
                if not server.can_idle:
                    log.info("mailbox_cannot_idle")
                    return
                log.info("mailbox_watched")
                call_reader(database, stop)  # something may have come while nobody listened
                pause_s = LOOK_AGAIN_S
                while not stop.is_set():
                    if server.wait_for_change(IDLE_S):
                        call_reader(database, stop)
        except (MailboxAway, SQLAlchemyError) as error:
            log.info("mailbox_not_watched", error=type(error).__name__)
        stop.wait(pause_s)
        pause_s = min(pause_s * 2, LOOK_AGAIN_AT_MOST_S)


def call_reader(database: Database, stop: Event) -> None:
    """The next reading is due now. One that is under way may have looked before this mail came: then another one follows it."""
    while not make_due(database, READING) and not stop.is_set():
        stop.wait(WHILE_READING_S)
