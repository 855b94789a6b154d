"""What goes wrong, said once: a domain's noun becomes a status here, problem+json under `/api/` (RFC 9457), a page elsewhere. Nothing typed is echoed."""

from typing import Any

import structlog
from flask import Flask, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from shared.errors import DomainError, Invalid, TooMany
from shared.people import Person
from shared.web.access import is_api
from shared.web.words import say

STATUS = {"not_found": 404, "conflict": 409, "invalid": 422, "forbidden": 403, "too_many": 429, "gone": 410}
PROBLEM_JSON = "application/problem+json"
log = structlog.get_logger()


def problem(
    status: int,
    code: str,
    title: str,
    *,
    detail: str | None = None,
    errors: Any = None,
    headers: Any = None,
    **facts: Any,
) -> ResponseReturnValue:
    """An RFC 9457 answer; `type` is stable, `errors` names fields."""
    body: dict[str, Any] = {"type": f"/problems/{code}", "title": title, "status": status}
    if detail and detail != title:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    body.update(facts)
    response = make_response(jsonify(body), status)
    response.content_type = PROBLEM_JSON
    for name, value in headers or ():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def error_page(
    status: int, title: str, what_to_do: str = "", *, code: str = "", happened: str = "", headers: Any = None
) -> ResponseReturnValue:
    """A page that says what happened, what was kept, and what to do."""
    action_url, action_words = _way_on(status)
    page = render_template(
        "shared/error.html",
        code=code or status,
        title=title,
        happened=happened,
        kept=_("Nothing was changed.") if request.method not in ("GET", "HEAD") else "",
        todo=what_to_do or _what_to_do(status),
        action_url=action_url,
        action_words=action_words,
    )
    response = make_response(page, status)
    for name, value in headers or ():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _what_to_do(status: int) -> str:
    words: dict[int, str] = {
        401: _("Sign in, and then try it once more. Going back shows what you typed."),
        403: _(
            "Go back and reload the page. If it stays shut, ask whoever runs Frontdesk for the right role."
        ),
        404: _("Perhaps the address was cut in two by a mail program, or the page has moved."),
        405: _("Go back to the page you came from, and use its buttons."),
        409: _("Go back and reload the page: it shows how things stand now."),
        413: _("Shorten what you wrote, and send it again."),
        429: _("Wait a few minutes, then go back and try again: what you typed is still there."),
        500: _("Please try again in a moment."),
        503: _("Please try again in a moment: what you typed is still there when you go back."),
    }
    return words.get(status, "")


def _way_on(status: int) -> tuple[str, str]:
    """The next page for who sees this one. Asks no database: that may be what is wrong."""
    urls = current_app.extensions["frontdesk"].settings
    if status == 401:
        return f"{urls.inquiry_url}/sign-in", _("Sign in")
    person: Person | None = g.get("person")
    if person is None:
        return "", ""
    if person.has_any(frozenset({"director", "staff"})):
        return f"{urls.inquiry_url}/desk", _("To the desk")
    return f"{urls.enrollment_url}/office", _("To the office")


def answer_domain_error(error: DomainError) -> ResponseReturnValue:
    """A refusal of the domain, with its code and its facts."""
    status = STATUS[error.kind]
    headers = [("Retry-After", str(error.retry_after_s))] if isinstance(error, TooMany) else None
    if is_api():
        errors = error.fields if isinstance(error, Invalid) else None
        facts = {name: value for name, value in error.facts.items() if not name.startswith("_")}
        return problem(
            status, error.code, error.title, detail=error.detail, errors=errors, headers=headers, **facts
        )
    return error_page(
        status,
        say(error.title),
        code=error.code,
        happened=say(error.detail) if error.detail != error.title else "",
        headers=headers,
    )


def answer_http_error(error: HTTPException) -> ResponseReturnValue:
    """An HTTP error of Flask, Werkzeug or smorest."""
    status = error.code or 500
    headers = error.get_headers()
    if is_api():
        data = getattr(error, "data", None) or {}
        errors = data.get("errors") or data.get("messages")
        return problem(
            status,
            error.name.lower().replace(" ", "-"),
            error.name,
            errors=_readable(errors),
            headers=headers,
        )
    titles = {
        404: _("There is no such page"),
        401: _("Please sign in"),
        403: _("This door is not open to you"),
        405: _("This address does not do that"),
        413: _("That was too much at once"),
        429: _("Too many attempts"),
        503: _("We are not ready right now"),
    }
    words = say(error.description) if status == 403 and error.description else titles.get(status, error.name)
    return error_page(status, str(words), headers=headers)


def _readable(errors: Any) -> Any:
    """Field names with sentences; the location level that webargs adds is taken away."""
    if isinstance(errors, dict) and set(errors) <= {"json", "query", "form", "path", "headers"} and errors:
        merged: dict[str, Any] = {}
        for fields in errors.values():
            merged.update(fields if isinstance(fields, dict) else {"body": fields})
        return merged
    return errors


def answer_database_away(error: Exception) -> ResponseReturnValue:
    """Never a false 2xx: the client may safely try again with the same key."""
    log.error("database_away", error=type(error).__name__)
    away = ServiceUnavailable(retry_after=5)
    return answer_http_error(away)


def answer_unexpected(error: BaseException) -> ResponseReturnValue:
    """A bug of ours: logged with its places, and said without them."""
    log.exception("unexpected_error")
    if is_api():
        return problem(500, "internal-server-error", "Internal Server Error", request_id=g.get("request_id"))
    return error_page(500, _("Something went wrong on our side"), _("Please try again in a moment."))


def register_errors(app: Flask) -> None:
    """All errors of the app go through this module."""
    app.register_error_handler(DomainError, answer_domain_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(OperationalError, answer_database_away)
    app.register_error_handler(PoolTimeout, answer_database_away)
    app.register_error_handler(Exception, _any)


def _any(error: Exception) -> ResponseReturnValue:
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        return answer_unexpected(error.original_exception)
    return answer_unexpected(error)
