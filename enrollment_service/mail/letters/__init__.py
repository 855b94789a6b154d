"""Every kind of letter that this service writes, by the name in its row."""

from enrollment_service.mail.letters import offers, registrations
from shared.mailroom import Composer

COMPOSERS: dict[str, Composer] = {
    "confirmation": registrations.confirmation,
    "waitlisted": registrations.waitlisted,
    "cancelled": registrations.cancelled,
    "cancel_code": registrations.cancel_code,
    "my_links": registrations.my_links,
    "offer": offers.offer,
    "offer_passed": offers.offer_passed,
}
