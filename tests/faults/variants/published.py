"""A web process that publishes the acknowledgement to the broker in the request, in place of a row; and the worker that takes it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from shared import celery
from shared.clock import utc_now
from shared.letter_bytes import build_message
from shared.letter_sending import LetterSender
from shared.letters import LetterRow
from shared.mailroom import Mailroom
from shared.tokens import new_id
from tests.faults.variants import run_service, without

TASK = "inquiry_service.send_now"


def make_wsgi() -> Flask:
    """The inquiry service, whose requests write no acknowledgement."""
    from inquiry_service import app
    from inquiry_service.domain import inquiries
    from inquiry_service.settings import InquirySettings

    broker = celery.make_celery("inquiry_service", InquirySettings.from_env().redis_url, is_current=False)
    submit = inquiries.submit
    row = "FROM inq WHERE status = 'new'\n    ), notices"
    inquiries.statements.SUBMIT = text(
        without(inquiries.statements.SUBMIT.text, row, row.replace("status = 'new'", "false"))
    )

    def submit_and_publish(database: Any, references: Any, new: Any, **given: Any) -> Any:
        receipt = submit(database, references, new, **given)
        broker.send_task(TASK, args=[str(receipt.id), new.email], queue="inquiry_service.letters")
        return receipt

    inquiries.submit = submit_and_publish
    return app.make_wsgi()


def add_task_too(app: Any, service: str, send_letters: Callable[..., Any], run_jobs: Any) -> None:
    """The worker also takes what the requests published."""
    add_tasks(app, service, send_letters, run_jobs)
    sender: LetterSender = send_letters.__self__._sender  # type: ignore[attr-defined]

    @app.task(name=TASK)  # type: ignore[untyped-decorator]
    def _send_now(inquiry_id: str, recipient: str) -> None:
        _send(sender, UUID(inquiry_id), recipient)


def _send(sender: LetterSender, inquiry_id: UUID, recipient: str) -> None:
    freezer = sender._freezer
    letter = LetterRow(new_id(), "acknowledgement", inquiry_id, recipient, None, "queued", utc_now())
    with freezer.database.transaction() as session:
        room = Mailroom(session, letter, freezer.templates, freezer.identity, freezer.service)
        composed = freezer.composers[letter.kind](room, letter)
    message_id = f"<{letter.id.hex}@{freezer.identity.mail_domain}>"
    data = build_message(composed, recipient, message_id, freezer.identity)
    with sender._connections.one() as transport:
        transport.send(f"b+{letter.id.hex}@{freezer.identity.mail_domain}", recipient, data, lambda: True)


add_tasks = celery.add_tasks

if __name__ == "__main__":
    from inquiry_service import cli

    celery.add_tasks = add_task_too
    object.__setattr__(cli.PARTS, "wsgi_target", "tests.faults.variants.published:make_wsgi")
    run_service()
