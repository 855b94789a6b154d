"""Where somebody goes after signing in: to the page they wanted, if it is one of ours, else to their own work. Pure."""

from urllib.parse import urlsplit

from inquiry_service.web.auth import DESK, REPORT_READERS
from shared.people import Person
from shared.settings import ServiceSettings

OFFICE = ("registrar", "instructor")


def landing_of(person: Person, settings: ServiceSettings) -> str:
    """The page where the person's work is."""
    if person.has_any(frozenset(DESK)):
        return "/desk"
    if person.has_any(frozenset(OFFICE)):
        return f"{settings.enrollment_url}/office"
    if person.has_any(frozenset(REPORT_READERS)):
        return "/desk/reports"
    return "/account"


def wanted_page(address: str | None, settings: ServiceSettings) -> str | None:
    """The address, if it is a path of this service or lies on one of the two services; otherwise none.

    A browser reads `//x` and `/\\x` as another site, so what begins like that is nobody's.
    """
    if not address or len(address) > 2000 or "\\" in address or not address.isprintable() or " " in address:
        return None
    if address.startswith("/"):
        return None if address.startswith("//") else address
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    ours = {settings.inquiry_url, settings.enrollment_url, settings.public_url}
    return address if f"{parts.scheme}://{parts.netloc}" in ours else None
