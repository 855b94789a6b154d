"""Rows that have served their time."""

from collections.abc import Mapping

from sqlalchemy import text

from inquiry_service.domain import name_words, presences, registration_links, reminders, similar
from shared import idempotency, returned_letters
from shared.jobs import JobContext

_SESSIONS = text("DELETE FROM staff_session WHERE expires_at < now() - interval '30 days'")
_RESETS = text("DELETE FROM password_reset WHERE expires_at < now() - interval '1 day'")
_STEPS = text("DELETE FROM sign_in_step WHERE created_at < now() - interval '1 day'")
_BULK_MOVES = text("DELETE FROM bulk_move WHERE created_at < now() - interval '7 days'")
_ATTEMPTS = text("DELETE FROM sign_in_attempt WHERE at < now() - interval '1 day'")


def sweep_old_rows(context: JobContext, payload: Mapping[str, str]) -> None:
    """Old keys, return paths, sessions, links, attempts and undoable moves are gone."""
    idempotency.sweep(context.session)
    returned_letters.sweep(context.session)
    registration_links.sweep(context.session)
    reminders.forget_old(context.session)
    presences.forget(context.session)
    for statement in (_SESSIONS, _RESETS, _ATTEMPTS, _STEPS, _BULK_MOVES):
        context.session.execute(statement)


def learn_names(context: JobContext, payload: Mapping[str, str]) -> None:
    """The search knows the names that came since the last time."""
    while name_words.learn(context.session) >= name_words.BATCH:
        pass


def learn_answers(context: JobContext, payload: Mapping[str, str]) -> None:
    """Answers that were sent since the last time are found by questions like theirs."""
    while similar.learn(context.session, locale=context.service.settings.school_locale) >= similar.BATCH:
        pass
