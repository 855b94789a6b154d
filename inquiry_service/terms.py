"""The field's words: states and what may follow from them. Standard library only."""

from enum import StrEnum


class InquiryStatus(StrEnum):
    """Where an inquiry stands. NEW and OPEN wait for us, WAITING for the asker; a MERGED one is another's thread now."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"
    QUARANTINED = "quarantined"
    SPAM = "spam"
    MERGED = "merged"


FOR_US = (InquiryStatus.NEW, InquiryStatus.OPEN)
UNSETTLED = (*FOR_US, InquiryStatus.WAITING)
PUBLIC_FACE = {InquiryStatus.QUARANTINED: InquiryStatus.NEW, InquiryStatus.SPAM: InquiryStatus.NEW}


class MessageKind(StrEnum):
    """What an entry of a thread is. Notes and calls are ours alone and never reach a letter."""

    QUESTION = "question"
    FOLLOW_UP = "follow_up"
    ANSWER = "answer"
    NOTE = "note"
    CALL = "call"


class ThreadEvent(StrEnum):
    """What was done to a thread as a whole: an entry of its own says so."""

    MERGED = "merged"
    SPLIT_OFF = "split_off"
    SPLIT_FROM = "split_from"


FROM_ASKER = (MessageKind.QUESTION, MessageKind.FOLLOW_UP)
INTERNAL = (MessageKind.NOTE, MessageKind.CALL)


class Via(StrEnum):
    """The road by which an entry came."""

    FORM = "form"
    API = "api"
    LINK = "link"
    MAIL = "mail"
    DESK = "desk"
    PHONE = "phone"
    WALK_IN = "walk_in"


SPOKEN = (Via.PHONE, Via.WALK_IN)  # staff wrote down what somebody said


class ReplyStatus(StrEnum):
    """Where an answer of ours stands; *draft* and *held* are states of the reply, never of its letter."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENT = "sent"
    HELD = "held"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    DISCARDED = "discarded"


IN_THREAD = (ReplyStatus.QUEUED, ReplyStatus.SENT, ReplyStatus.FAILED, ReplyStatus.IN_DOUBT)


class BackBecause(StrEnum):
    """Why an inquiry is at the top of the queue again."""

    TIME = "time"
    ANSWER = "answer"
    HELD = "held"


class RawMailStatus(StrEnum):
    """What became of a mail that came in; its bytes are kept whatever it is."""

    STORED = "stored"
    FILED = "filed"
    UNFILED = "unfiled"
    UNREADABLE = "unreadable"


class MailKind(StrEnum):
    """Who wrote a mail that came in: only a person's asks for anything of us."""

    PERSON = "person"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    LIST = "list"


class BounceReason(StrEnum):
    """Why a letter came back, as far as the notice says."""

    UNKNOWN_ADDRESS = "unknown_address"
    MAILBOX_FULL = "mailbox_full"
    REFUSED = "refused"
    TOO_LARGE = "too_large"
    UNREACHABLE = "unreachable"
    UNSAID = "unsaid"


class AddressPurpose(StrEnum):
    """What mail to one of our addresses means; `bounce` is a letter's return path, where what could not be delivered comes back."""

    ASKER = "asker"
    DIRECTOR = "director"
    BOUNCE = "bounce"


DESK_ROLES = ("director", "staff")  # who works the reply queue
UNDO_SHOWN_S = 10
UNDO_HELD_S = 13
DIRECTOR_ADDRESS_DAYS = 30
