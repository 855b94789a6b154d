"""The public form: a question comes in, and whoever asked is told what happens next."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import marshmallow as ma
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from inquiry_service.domain import inquiries, published_answers
from inquiry_service.domain.inquiries import NewInquiry, Receipt
from inquiry_service.domain.spam import FormTraces, SpamScore, score
from inquiry_service.terms import Via
from inquiry_service.web.forms import FormNotRight, checked, page, see, submission_id
from inquiry_service.web.pages import about
from inquiry_service.web.parts import due_now, parts, settings
from inquiry_service.web.schemas.forms import AskQuery, SuggestionQuery
from inquiry_service.web.schemas.inquiries import QuestionForm
from inquiry_service.web.words import program_code, promise_words
from shared import idempotency
from shared.clock import utc_now
from shared.errors import SameKeyOtherBody, TooMany
from shared.tokens import REFERENCE_LENGTH, REFERENCE_SYMBOLS, new_id
from shared.web.access import ANYONE, allow
from shared.web.form_token import FormProof
from shared.web.site import database, limited

pages = Blueprint("ask", __name__)
pages.register_blueprint(about.pages)
FIELDS = ("name", "email", "phone", "program", "source", "question", "website", "form_token", "submission_id")
PAGE = "/ask"
_REFERENCE = re.compile(f"Q-[{REFERENCE_SYMBOLS}]{{{REFERENCE_LENGTH}}}")


@pages.get("/ask")
@allow(ANYONE)
def form() -> ResponseReturnValue:
    """The form, with the program of the page that the visitor comes from."""
    return new_form()


def new_form(place: str = PAGE) -> ResponseReturnValue:
    """An empty form that is sent to `place`."""
    begun = _came_from() | {"form_token": parts().ask_tokens.issue(), "submission_id": str(new_id())}
    return _form_page(begun, place)


@pages.get("/ask/suggestions")
@allow(ANYONE)
def suggestions() -> str:
    """Published answers to a question like the one that is being typed; a part of the form's page."""
    try:
        wanted = SuggestionQuery().load(request.args.to_dict())
    except ma.ValidationError:
        return ""
    with database().reading() as session:
        answers = published_answers.suggest(
            session, wanted["q"] or "", program=wanted["program"], locale=settings().school_locale
        )
    return render_template("inquiry/_suggestions.html", answers=answers)


def _came_from() -> dict[str, str]:
    try:
        found = AskQuery().load(request.args.to_dict())
    except ma.ValidationError:
        return {}
    return {name: value for name, value in found.items() if value}


@pages.post("/ask")
@allow(ANYONE)
def send() -> ResponseReturnValue:
    """The question is in, once however often it is sent; or the form again with everything that was typed."""
    return take_form()


def take_form(place: str = PAGE) -> ResponseReturnValue:
    """What was sent to `place` is in, or is shown again there."""
    try:
        limited("ask", lambda s: s.limit_public_writes)
        question = checked(QuestionForm(), _needed())
    except TooMany as error:
        wait = {"Retry-After": str(error.retry_after_s)}
        return _form_page(_typed(), place, notice=_too_many(), status=429, headers=wait)
    except FormNotRight as error:
        return _form_page(_typed(), place, errors=error.errors, status=422)
    receipt = _submit(question)
    return see(f"{place}/thanks/{receipt.reference}")


def _needed() -> dict[str, str]:
    return {
        "name": _("Enter your name"),
        "email": _("Enter an email address we can answer to, like name@example.com"),
        "question": _("Enter your question"),
    }


def _too_many() -> str:
    return str(
        _(
            "A lot of questions came from your network just now. Your text is still here: wait a minute, then send it again."
        )
    )


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in FIELDS}


def _submit(question: dict[str, Any]) -> Receipt:
    """A form that was sent, gone back to and changed is a question of its own: nothing typed is lost."""
    question.pop("submission_id")
    proof = parts().ask_tokens.read(request.form.get("form_token"))
    key = str(proof.submission_id) if proof.submission_id else submission_id()
    body_hash = idempotency.fingerprint(question)
    question["consent_text"] = consent()
    new = NewInquiry(
        **question, due_at=due_now(question["program"]), via=Via.FORM, spam=_spam_score(question, proof)
    )
    try:
        return inquiries.submit(database(), parts().references, new, key=key, body_hash=body_hash)
    except SameKeyOtherBody:
        # one form, another question: somebody went back and changed it, or a machine posts one token over and over
        key = f"{key}:{body_hash.hex()[:16]}"
        new = replace(new, spam=_spam_score(question, proof, is_used_token=True))
        return inquiries.submit(database(), parts().references, new, key=key, body_hash=body_hash)


def _spam_score(question: Mapping[str, Any], proof: FormProof, *, is_used_token: bool = False) -> SpamScore:
    return score(
        FormTraces(
            question["name"],
            question["email"],
            question["question"],
            honeypot=request.form.get("website", ""),
            is_form=True,
            is_used_token=is_used_token,
            has_token=proof.submission_id is not None,
            is_expired=proof.is_expired,
            is_too_fast=proof.is_too_fast,
        )
    )


def consent() -> str:
    """The sentence that stands below the button, and with the question."""
    return str(_("By sending you agree that we keep your question to answer it."))


def _form_page(
    values: Mapping[str, str],
    place: str,
    *,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    programs = [(program.slug, program.title) for program in parts().enrollment.programs()]
    chosen = values.get("program", "")
    if chosen and programs and chosen not in dict(programs):
        programs.append((chosen, program_code(chosen)))
    html = render_template(
        "inquiry/ask.html",
        place=place,
        is_framed=place != PAGE,
        values=values,
        errors=errors or {},
        notice=notice,
        programs=programs,
        chosen_title=dict(programs).get(chosen, ""),
        **_promised(),
        consent=consent(),
    )
    return page(html, status, headers={"Cache-Control": "no-store", **(headers or {})})


@pages.get("/ask/thanks/<reference>")
@allow(ANYONE)
def thanks(reference: str) -> str:
    """The reference and what happens next; nothing of the question, because a reference grants nothing."""
    return thanks_page(reference)


def thanks_page(reference: str, place: str = PAGE) -> str:
    """What whoever asked at `place` is told."""
    if not _REFERENCE.fullmatch(reference):
        raise NotFound
    return render_template(
        "inquiry/thanks.html",
        reference=reference,
        **_promised(),
        place=place,
        is_framed=place != PAGE,
    )


def _promised() -> dict[str, str]:
    """When an answer usually comes, by what really happened; and when the school opens, while it is closed."""
    return promise_words(parts().expectation.promise(), utc_now(), settings().zone)
