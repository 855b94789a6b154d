"""What the enrollment service holds about a person, asked for export and erasure; by address, in signed requests that no log repeats."""

from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from inquiry_service.clients.enrollment import EnrollmentAway, EnrollmentClient
from inquiry_service.domain.person_export import Elsewhere
from shared.erasures import Erasure
from shared.people import Person


@dataclass(frozen=True)
class ErasedThere:
    """What went there and what stays; or why nothing did."""

    kept: list[dict[str, str]]
    still_registered: list[str]
    is_going: bool


def held_there(client: EnrollmentClient, address: str) -> tuple[list[dict[str, Any]], int]:
    """The registrations (with `is_to_come`, `why` and `source`), and how many letters. Raises EnrollmentAway."""
    answer = _answered(client.ask("people/held", {"address": address}))
    return list(answer["registrations"]), int(answer["letters"])


def exported_there(client: EnrollmentClient, address: str) -> Elsewhere:
    """Everything. Raises EnrollmentAway."""
    answer = _answered(client.ask("people/export", {"address": address}))
    letters = [(one["kind"], b64decode(one["bytes"])) for one in answer["letters"]]
    return Elsewhere(list(answer["registrations"]), letters)


def erase_there(
    client: EnrollmentClient, address: str, erasure: Erasure, person: Person, *, reason: str, gives_up: bool
) -> ErasedThere:
    """It is emptied there, but for what a rule keeps; or it is said why not. May be asked twice. Raises EnrollmentAway."""
    question = {
        "address": address,
        "id": str(erasure.id),
        "salt": erasure.salt.hex(),
        "address_hash": erasure.address_hash.hex(),
        "reason": reason,
        "person_id": str(person.id),
        "person_name": person.name,
        "gives_up": gives_up,
    }
    answer = _answered(client.ask("people/erase", question))
    return ErasedThere(
        list(answer.get("kept", [])), list(answer.get("still_registered", [])), bool(answer.get("is_going"))
    )


def _answered(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise EnrollmentAway
    return answer
