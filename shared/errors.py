"""What a domain may refuse, as nouns with a stable code. Which HTTP status that is stands in one table, in `shared/web/problems.py`."""

from typing import ClassVar

from shared.phrases import phrase


class DomainError(Exception):
    """A refusal that the caller can understand. `code` is stable; `facts` are values a page may show, never personal ones."""

    code: ClassVar[str] = "refused"
    kind: ClassVar[str] = "conflict"  # not_found | conflict | invalid | forbidden | too_many | gone
    title: ClassVar[str] = phrase("This cannot be done")

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.facts = facts


class NotFound(DomainError):
    """Nothing has that id, or the caller may not know of it."""

    code = "not-found"
    kind = "not_found"
    title = phrase("Not found")


class Invalid(DomainError):
    """A value breaks a rule that only the domain knows. `fields` names the values: {name: [sentence]}."""

    code = "invalid"
    kind = "invalid"
    title = phrase("Some of the values are not right")

    def __init__(
        self, detail: str = "", *, fields: dict[str, list[str]] | None = None, **facts: object
    ) -> None:
        super().__init__(detail, **facts)
        self.fields = fields or {}


class Forbidden(DomainError):
    """The caller is known, and may not."""

    code = "forbidden"
    kind = "forbidden"
    title = phrase("You may not do this")


class TooMany(DomainError):
    """Asked too often. `retry_after_s` says when it is worth trying again."""

    code = "too-many"
    kind = "too_many"
    title = phrase("Too many attempts")

    def __init__(self, detail: str = "", *, retry_after_s: int = 60, **facts: object) -> None:
        super().__init__(detail, **facts)
        self.retry_after_s = retry_after_s


class SameKeyOtherBody(DomainError):
    """An Idempotency-Key came again with another body."""

    code = "idempotency-key-reused"
    kind = "invalid"
    title = phrase("This Idempotency-Key was used for another request")
