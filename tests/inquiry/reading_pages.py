"""How tests read and fill in pages: hidden fields by a form's address, as a browser without scripts would."""

import re
from html import unescape
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((values.get("action", ""), {}))
        elif tag == "input" and values.get("type") == "hidden" and self.found:
            self.found[-1][1][values.get("name", "")] = values.get("value", "")


def hidden_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes there."""
    reader = _Forms()
    reader.feed(page)
    return next(fields for address, fields in reader.found if address == action)


def press(client: FlaskClient, page: TestResponse, action: str, **typed: str) -> TestResponse:
    """The form of the page is sent with what was typed."""
    return client.post(action, data=hidden_of(page.text, action) | typed)


def words_of(page: str) -> str:
    """What a person reads: no markup, single spaces."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
