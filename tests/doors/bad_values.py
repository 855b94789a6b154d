"""Bad values with their exact answers, a line each: who asks whom for what, the status, and what the answer names.

`says` is the problem's `type` and its fields under `/api/`, the fields in the error summary of a page, or where a redirect leads.
In addresses and bodies `{section}`, `{inquiry}`, `{reply}`, `{letter}`, `{link}` and the cursors stand for real ones.
"""

from dataclasses import dataclass, field
from typing import Any

API = {"inquiry": "/api/inquiry/v1", "enrollment": "/api/enrollment/v1"}
QUESTION = {"name": "Effat R.", "email": "effat@example.com", "program": "phlebotomy", "question": "When?"}
SEAT = {"section_id": "{section}", "name": "Effat R.", "email": "effat@example.com"}
UNPROCESSABLE, INVALID, BAD = "/problems/unprocessable-entity", "/problems/invalid", "/problems/bad-request"
NOT_FOUND, DENIED, NOT_ALLOWED = (
    "/problems/not-found",
    "/problems/unauthorized",
    "/problems/method-not-allowed",
)
CRLF = "Eve\r\nBcc: victim@example.com"


@dataclass(frozen=True)
class Bad:
    """One bad input and its answer. `who` is a visitor, or somebody signed in by token or cookie."""

    name: str
    service: str
    asked: str
    status: int
    says: Any = None
    who: str = "visitor"
    sent: dict[str, Any] = field(default_factory=dict)


def api(name: str, service: str, asked: str, status: int, type_: str, *fields: str, **sent: Any) -> Bad:
    """A JSON address, and the problem that it answers."""
    who = sent.pop("who", "visitor")
    method, path = asked.split()
    return Bad(name, service, f"{method} {API[service]}{path}", status, (type_, *fields), who, sent)


def page(name: str, service: str, asked: str, status: int, *says: str, **sent: Any) -> Bad:
    """A page, and the fields that its error summary names or the place it leads to."""
    who = sent.pop("who", "visitor")
    return Bad(name, service, asked, status, says, who, sent)


def ask(name: str, /, *fields: str, **values: Any) -> list[Bad]:
    """The question with other values, by both doors: refused, and the fields named."""
    return [
        api(
            f"{name}, in JSON",
            "inquiry",
            "POST /inquiries",
            422,
            UNPROCESSABLE,
            *fields,
            json=QUESTION | values,
        ),
        page(f"{name}, in the form", "inquiry", "POST /ask", 422, *fields, data=QUESTION | values),
    ]


def seat(name: str, /, *fields: str, **values: Any) -> list[Bad]:
    """The wish for a seat with other values, by three doors: refused, and the fields named."""
    form = {key: value for key, value in (SEAT | values).items() if key != "section_id"}
    url = "/office/sections/{section}/registrations"
    return [
        api(
            f"{name}, in JSON",
            "enrollment",
            "POST /registrations",
            422,
            UNPROCESSABLE,
            *fields,
            json=SEAT | values,
        ),
        page(f"{name}, in the form", "enrollment", "POST /register/{section}", 422, *fields, data=form),
        api(
            f"{name}, in the office",
            "enrollment",
            f"POST {url}",
            422,
            UNPROCESSABLE,
            *fields,
            who="token",
            json=form,
        ),
    ]


_HEADERS = [
    *ask("a header in the name", "name", name=CRLF),
    *ask("a header in the address", "email", email=f"eve@example.com{CRLF}"),
    *ask("a header in the phone", "phone", phone=CRLF),
    *ask("a header in the program", "program", program=CRLF),
    *ask("a header in the source", "source", source=CRLF),
    *ask("a lone line feed in the name", "name", name="Eve\nBcc: x"),
    *ask("a next-line sign in the name", "name", name="Eve\x85Bcc: x"),
    *seat("a header in the name", "name", name=CRLF),
    *seat("a header in the address", "email", email=f"eve@example.com{CRLF}"),
    *seat("a header in the other's name", "for_name", for_name=CRLF),
    *seat("a header in the phone", "phone", phone=CRLF),
    page(
        "a header in a sign-in",
        "inquiry",
        "POST /sign-in",
        422,
        "email",
        data={"email": CRLF, "password": "x"},
    ),
    page(
        "a header in a lost link's address",
        "inquiry",
        "POST /inquiries/find",
        422,
        "email",
        data={"email": CRLF},
    ),
    page(
        "a header in a lost password's address", "inquiry", "POST /reset", 422, "email", data={"email": CRLF}
    ),
    page(
        "a header in a lost registration's address",
        "enrollment",
        "POST /my",
        422,
        "email",
        data={"email": CRLF},
    ),
    page(
        "a header in a redirect",
        "inquiry",
        "GET /sign-in?next=/desk%0d%0aSet-Cookie:%20a=b",
        303,
        "/desk",
        who="cookie",
    ),
]

_ADDRESSES = [
    *ask("a quoted local part", "email", email='"eve fake"@example.com'),
    *ask("a quoted local part with an address in it", "email", email='"victim@example.com"@example.org'),
    *ask("two addresses with a comma", "email", email="eve@example.com,victim@example.com"),
    *ask("two addresses with a semicolon", "email", email="eve@example.com;victim@example.com"),
    *ask("two addresses with a space", "email", email="eve@example.com victim@example.com"),
    *ask("an address with a name", "email", email="Eve <eve@example.com>"),
    *ask("an address in brackets", "email", email="<eve@example.com>"),
    *ask("an address with a comment", "email", email="eve(x)@example.com"),
    *ask("an address of a machine by number", "email", email="eve@[127.0.0.1]"),
    *ask("a local part that is not ASCII", "email", email="\u0435ve@example.com"),  # a Cyrillic e
    *ask("a full-width at sign", "email", email="eve\uff20example.com"),
    *ask("an address with a zero-width space", "email", email="eve\u200b@example.com"),
    *ask("an address with a direction sign", "email", email="eve@exam\u202eple.com"),
    *ask("a percent hack", "email", email="victim%example.org@@example.com"),
    *ask("an address with a NUL", "email", email="eve@example.com\0"),
    *ask("a domain without a name", "email", email="eve@.com"),
    *seat("a quoted local part", "email", email='"eve fake"@example.com'),
    *seat("two addresses with a comma", "email", email="eve@example.com,victim@example.com"),
]

_TYPES = [
    api(
        "a text for a yes or no",
        "inquiry",
        "POST /inquiries/{inquiry}/replies",
        422,
        UNPROCESSABLE,
        "close",
        who="token",
        json={"body": "x", "close": "perhaps"},
    ),
    api(
        "no number for an id",
        "inquiry",
        "POST /inquiries/{inquiry}/assign",
        422,
        UNPROCESSABLE,
        "staff_id",
        who="token",
        json={"staff_id": "1 OR 1=1"},
    ),
    api(
        "a list for a text",
        "inquiry",
        "POST /inquiries/{inquiry}/notes",
        422,
        UNPROCESSABLE,
        "body",
        who="token",
        json={"body": ["x"]},
    ),
    api(
        "an unknown field",
        "inquiry",
        "POST /inquiries/{inquiry}/calls",
        422,
        UNPROCESSABLE,
        "is_admin",
        who="token",
        json={"body": "x", "is_admin": True},
    ),
    api(
        "an id for a new thing",
        "inquiry",
        "POST /inquiries",
        422,
        UNPROCESSABLE,
        "id",
        json=QUESTION | {"id": "1"},
    ),
    api(
        "a status for a new thing",
        "enrollment",
        "POST /registrations",
        422,
        UNPROCESSABLE,
        "status",
        json=SEAT | {"status": "confirmed"},
    ),
    api(
        "no id for a section",
        "enrollment",
        "POST /registrations",
        422,
        UNPROCESSABLE,
        "section_id",
        json=SEAT | {"section_id": "1"},
    ),
    api(
        "too many seats",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        422,
        UNPROCESSABLE,
        "capacity",
        who="token",
        json={"capacity": 1001},
    ),
    api(
        "fewer seats than none",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        422,
        UNPROCESSABLE,
        "capacity",
        who="token",
        json={"capacity": -1},
    ),
    api(
        "a number in other digits",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        422,
        UNPROCESSABLE,
        "capacity",
        who="token",
        raw='{"capacity": "٣"}',
    ),
    api(
        "a number with underscores",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        422,
        UNPROCESSABLE,
        "capacity",
        who="token",
        raw='{"capacity": "1_0"}',
    ),
    api(
        "a yes for a number of seats",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        422,
        UNPROCESSABLE,
        "capacity",
        who="token",
        raw='{"capacity": true}',
    ),
    api(
        "half a seat",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        422,
        UNPROCESSABLE,
        "capacity",
        who="token",
        json={"capacity": 2.5},
    ),
    api(
        "not a number of seats",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        422,
        UNPROCESSABLE,
        "capacity",
        who="token",
        raw='{"capacity": NaN}',
    ),
    api(
        "endless seats",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        422,
        UNPROCESSABLE,
        "capacity",
        who="token",
        raw='{"capacity": 1e999}',
    ),
    api(
        "a number of 5,000 digits",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        400,
        BAD,
        "body",
        who="token",
        raw='{"capacity": ' + "9" * 5000 + "}",
    ),
    api(
        "a name twice",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        422,
        UNPROCESSABLE,
        "capacity",
        who="token",
        raw='{"capacity": 1, "capacity": 9}',
    ),
    api(
        "infinity deep inside",
        "inquiry",
        "POST /inquiries",
        422,
        UNPROCESSABLE,
        "deep",
        raw='{"name": {"deep": Infinity}}',
    ),
    api("a byte-order mark", "inquiry", "POST /inquiries", 400, BAD, "body", raw="\ufeff{}"),
    api(
        "JSON said to be text",
        "inquiry",
        "POST /inquiries",
        415,
        "/problems/unsupported-media-type",
        raw="{}",
        content_type="text/plain",
    ),
    api(
        "JSON said to be a form",
        "enrollment",
        "POST /registrations",
        415,
        "/problems/unsupported-media-type",
        raw="{}",
        content_type="application/x-www-form-urlencoded",
    ),
    api(
        "JSON said to be nothing",
        "enrollment",
        "POST /registrations",
        415,
        "/problems/unsupported-media-type",
        raw="{}",
        content_type="",
    ),
    api(
        "JSON in UTF-16, and said so",
        "inquiry",
        "POST /inquiries",
        400,
        BAD,
        "body",
        raw='{"name": "x"}'.encode("utf-16"),
        content_type="application/json; charset=utf-16",
    ),
    api(
        "400 KB",
        "enrollment",
        "PUT /office/sections/{section}/capacity",
        413,
        "/problems/request-entity-too-large",
        who="token",
        raw=b" " * 400_000,
    ),
    page("a form of 400 KB", "inquiry", "POST /ask", 413, data=QUESTION | {"question": "x" * 400_000}),
    page(
        "a form of 400 KB", "enrollment", "POST /register/{section}", 413, data=SEAT | {"name": "x" * 400_000}
    ),
    page(
        "a form of 200 parts",
        "inquiry",
        "POST /ask",
        413,
        data={f"f{n}": "x" for n in range(200)},
        content_type="multipart/form-data",
    ),
    page("a form in JSON", "inquiry", "POST /ask", 422, "email", "name", "question", raw="{}"),
    page(
        "a multipart form without its border",
        "inquiry",
        "POST /ask",
        422,
        "email",
        "name",
        "question",
        raw="x",
        content_type="multipart/form-data",
    ),
    page(
        "a reason too short",
        "enrollment",
        "POST /office/registrations/{registration}/cancel",
        422,
        "reason-{registration}",
        who="token",
        data={"reason": "x"},
    ),
]

VALUES = [*_HEADERS, *_ADDRESSES, *_TYPES]
