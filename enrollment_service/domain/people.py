"""The person a seat is for, as typed and as compared. Pure."""

import unicodedata
from dataclasses import dataclass


def normal_name(name: str) -> str:
    """The name as two spellings of it are compared: without case, doubled spaces and look-alike forms."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True)
class Applicant:
    """Who asks for a seat. `for_name` names somebody else whom the applicant registers; empty for themselves."""

    name: str
    email: str
    phone: str = ""
    for_name: str = ""
    inquiry: str = ""

    @property
    def student_name(self) -> str:
        """Who will sit in the room."""
        return self.for_name or self.name
