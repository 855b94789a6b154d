"""What a letter that came back means: it says so itself, and whoever it was for is back at the top as never reached."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Message, RawMail
from inquiry_service.domain import replies, survivors
from inquiry_service.domain.matching import reply_secrets, return_secrets
from inquiry_service.domain.parsed_email import Bounce, ParsedEmail
from inquiry_service.terms import BounceReason
from shared import returned_letters
from shared.phrases import Phrase, phrase
from shared.returned_letters import ReturnedLetter
from shared.tokens import hash_secret

REASONS: dict[BounceReason, Phrase] = {
    BounceReason.UNKNOWN_ADDRESS: phrase("there is no such address"),
    BounceReason.MAILBOX_FULL: phrase("the mailbox is full"),
    BounceReason.REFUSED: phrase("the other mail server refused it"),
    BounceReason.TOO_LARGE: phrase("it is too large for the other mail server"),
    BounceReason.UNREACHABLE: phrase("the other mail server could not be reached"),
    BounceReason.UNSAID: phrase("the other mail server did not say why"),
}


@dataclass(frozen=True)
class Behind:
    """The letter behind an address or a Message-ID of ours. To a return path only machines write, whatever their headers say."""

    letter: ReturnedLetter
    is_return_path: bool


def letter_behind(session: Session, recipients: tuple[str, ...], mail: ParsedEmail) -> Behind | None:
    """The letter that the mail is about: by its own return path, else by its reply address or its Message-ID, if it names the recipient."""
    for secret in return_secrets(recipients):
        if letter := returned_letters.letter_of_return_path(session, hash_secret(secret)):
            return Behind(letter, is_return_path=True)
    if mail.bounce is None:
        return None
    for secret in reply_secrets(recipients):
        letter = returned_letters.letter_of_reply_address(session, hash_secret(secret))
        if letter and _names(mail.bounce, letter):
            return Behind(letter, is_return_path=False)
    letter = returned_letters.letter_of_message_ids(session, list(mail.references))
    if letter and letter.recipient.casefold() in map(str.casefold, mail.bounce.addresses):
        return Behind(letter, is_return_path=False)
    return None


def _names(bounce: Bounce, letter: ReturnedLetter) -> bool:
    return not bounce.addresses or letter.recipient.casefold() in map(str.casefold, bounce.addresses)


def inquiry_of(session: Session, letter: ReturnedLetter) -> Inquiry | None:
    """The inquiry that the letter belongs to."""
    message = session.get(Message, letter.subject_id)
    return session.get(Inquiry, message.inquiry_id if message else letter.subject_id)


def settle(
    session: Session, raw: RawMail, bounce: Bounce, letter: ReturnedLetter, *, due_at: datetime
) -> UUID | None:
    """The letter's fate is known. Returns the inquiry that it belongs to."""
    changed = returned_letters.came_back(
        session, letter, is_permanent=bounce.is_permanent, why=REASONS[bounce.reason], mail_id=raw.id
    )
    inquiry = inquiry_of(session, letter)
    if inquiry is None:
        return None
    if changed and bounce.is_permanent:
        inquiry = survivors.lock(session, inquiry.id)
        if letter.recipient.casefold() == inquiry.asker_email.casefold():
            replies.never_reached(inquiry, due_at=due_at)
    return inquiry.id
