"""The reader's child with mails that harm it: a subject of `poison: …` does what no mail should be able to do."""

import os

from inquiry_service.domain.parsed_email import ParsedEmail
from inquiry_service.mail.parse import parse
from inquiry_service.mail.reading_child import serve


def read(data: bytes) -> ParsedEmail:
    """The mail, unless it is poison."""
    mail = parse(data)
    match mail.subject:
        case "poison: endless":
            while True:
                pass
        case "poison: hungry":
            return read(b"x" * (1 << 30))
        case "poison: deadly":
            os._exit(9)
        case "poison: deep":
            raise RecursionError("maximum recursion depth exceeded")
    return mail


if __name__ == "__main__":
    serve(read)
