"""What a person wrote, told from what they quoted, and from the signature below it: plain text here, HTML in `mail/html_quotation.py`."""

from inquiry_service.mail.quotation import marker
from inquiry_service.mail.quotation.lines import MAX_LOOKED_AT as MAX_LOOKED_AT
from inquiry_service.mail.quotation.lines import Text, lines_of
from inquiry_service.mail.quotation.marker import MARKER as MARKER
from inquiry_service.mail.quotation.reading import Reader
from inquiry_service.mail.quotation.reading import Written as Written


def what_was_written(text: str) -> Written:
    """The writer's own words: never less than what stands unquoted, and never empty for a text that is not."""
    return what_was_written_in(Text(lines_of(text)), keeps_forwards=True)


def what_was_written_in(text: Text, *, keeps_forwards: bool) -> Written:
    """The same for lines of which more is known than their signs."""
    at = marker.marker_in(text.lines)
    return marker.read(text, at) if at is not None else Reader(text, keeps_forwards=keeps_forwards).read()
