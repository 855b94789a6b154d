"""JSON addresses: flask-smorest with problem+json, OpenAPI 3.1, and one way to create things only once."""

import json
from collections.abc import Callable
from functools import wraps
from json import JSONDecodeError
from pathlib import Path
from typing import Any

import flask_swagger_ui
from flask import Flask, Request, render_template, request
from flask_smorest import Api, Blueprint
from marshmallow import INCLUDE, Schema, ValidationError, fields
from sqlalchemy.orm import Session
from webargs import missing
from webargs.core import is_json
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from shared import idempotency
from shared.web.access import ANYONE, allow
from shared.web.problems import PROBLEM_JSON, answer_http_error
from shared.web.site import database

SWAGGER_FILES = Path(flask_swagger_ui.__file__).parent / "dist"


class ProblemSchema(Schema):
    """RFC 9457, with the facts of a refusal beside its own members (`state`, `newer`, `request_id`)."""

    class Meta:
        """Which facts there are is each refusal's own matter."""

        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.Dict()


class FrontdeskApi(Api):
    """smorest, with errors as problem+json and HTML where HTML is expected."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def handle_http_exception(self, error: HTTPException) -> Any:
        """Both kinds of errors go through the one table."""
        return answer_http_error(error)

    def _register_responses(self) -> None:
        content_type: str = self.DEFAULT_RESPONSE_CONTENT_TYPE
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM_JSON
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = content_type


class JsonParser(FlaskParser):
    """A body that says one thing: JSON (RFC 8259, so no NaN), each name once, within the decoder's limits."""

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return missing
        if not is_json(req.mimetype):
            raise UnsupportedMediaType
        try:
            return json.loads(
                body.decode("utf-8"), object_pairs_hook=_each_name_once, parse_constant=_NotJson
            )
        except (JSONDecodeError, UnicodeDecodeError, ValidationError):
            raise
        except (RecursionError, ValueError):  # nested too deep, or a number without end
            raise JSONDecodeError("beyond the decoder's limits", "(not kept)", 0) from None


class _NotJson:
    """What Python's decoder takes for a number and RFC 8259 does not: NaN and the two infinities."""

    def __init__(self, constant: str) -> None:
        pass


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values for one name nobody can say which was meant, and two programs on the way may read two requests in it."""
    found: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in found:
            wrong[name] = ["This is given twice."]
        elif isinstance(value, _NotJson):
            wrong[name] = ["This is not a JSON value."]
        found[name] = value
    if wrong:
        raise ValidationError(wrong)
    return found


IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The version that was read, in quotes; 412 when it is another one by now (RFC 9110 13.1.1)",
}


def if_match() -> str | None:
    """The version that whoever asks had before them; None where they do not say, or do not mind (`*`)."""
    tags = request.if_match
    if tags.star_tag or not tags:
        return None
    return next(iter(tags.as_set()), "")


class ApiBlueprint(Blueprint):
    """smorest's, with our way to read a body."""

    ARGUMENTS_PARSER = JsonParser()

    def arguments(self, schema: type[Schema] | Schema, **kwargs: Any) -> Any:
        """A schema keeps nothing of what it loads: one serves all requests, instead of a new one with new fields for each."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **kwargs)


def make_api(app: Flask, service: str, title: str) -> FrontdeskApi:
    """`/api/<service>/v1/openapi.json`, and `/docs` beside it from our own origin."""
    prefix = f"/api/{service}/v1"
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=prefix,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = FrontdeskApi(app)
    view = app.view_functions["api-docs.openapi_json"]
    app.view_functions["api-docs.openapi_json"] = allow(ANYONE)(_plain(view))

    @app.get(f"{prefix}/docs", endpoint="api_docs_page")
    @allow(ANYONE)
    def api_docs_page() -> str:
        return render_template("shared/api_docs.html", title=title, openapi_url=f"{prefix}/openapi.json")

    return api


def _plain(view: Callable[..., Any]) -> Callable[..., Any]:
    """A function of our own around a library's bound method, so that it can carry who may call it."""

    def call(**values: Any) -> Any:
        return view(**values)

    return call


def blueprint(name: str, service: str, description: str) -> Blueprint:
    """Addresses under `/api/<service>/v1`."""
    return ApiBlueprint(name, name, url_prefix=f"/api/{service}/v1", description=description)


def idempotency_key() -> str | None:
    """The request's Idempotency-Key. Raises Invalid."""
    return idempotency.checked_key(request.headers.get("Idempotency-Key"))


def once(scope: str, work: Callable[[Session], idempotency.Answer]) -> idempotency.Answer:
    """The work's answer, or the stored one of an earlier request with the same Idempotency-Key."""
    body_hash = idempotency.fingerprint(request.get_data(cache=True))
    return idempotency.once(database(), scope, idempotency_key(), body_hash, work)


def no_store(view: Callable[..., Any]) -> Callable[..., Any]:
    """The answer is nobody else's and is kept nowhere."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from flask import after_this_request

        @after_this_request
        def _mark(response: Any) -> Any:
            response.headers["Cache-Control"] = "no-store"
            return response

        return view(*args, **kwargs)

    return wrapped
