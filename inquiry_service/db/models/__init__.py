"""All tables of the inquiry database, on one metadata: those of shared code, then the concepts' own."""

from inquiry_service.db.models.allowed_frames import AllowedFrame
from inquiry_service.db.models.base import Base
from inquiry_service.db.models.bulk_moves import BulkMove, BulkMoved
from inquiry_service.db.models.drafts import DraftVersion, ReplyFile
from inquiry_service.db.models.inquiries import Inquiry, Message, Reply
from inquiry_service.db.models.mailboxes import Mailbox, MailboxTrouble
from inquiry_service.db.models.mentions import Mention
from inquiry_service.db.models.merges import Merge
from inquiry_service.db.models.names import NameLearning, NameWord
from inquiry_service.db.models.presences import Presence
from inquiry_service.db.models.published_answers import PublishedAnswer
from inquiry_service.db.models.raw_mails import MailFile, RawMail
from inquiry_service.db.models.registration_links import RegistrationLink
from inquiry_service.db.models.saved_replies import SavedReply
from inquiry_service.db.models.service_level import (
    Absence,
    HandedOver,
    Holiday,
    OpeningHours,
    ProgramLevel,
    Reminder,
    ServiceLevel,
)
from inquiry_service.db.models.similar import AnsweredQuestion
from inquiry_service.db.models.staff import (
    PasswordReset,
    ProgramResponsibility,
    RecoveryCode,
    SignInAttempt,
    SignInStep,
    Staff,
    StaffSession,
)
from inquiry_service.db.models.tags import InquiryTag, Tag

__all__ = [
    "Absence",
    "AllowedFrame",
    "AnsweredQuestion",
    "Base",
    "BulkMove",
    "BulkMoved",
    "DraftVersion",
    "HandedOver",
    "Holiday",
    "Inquiry",
    "InquiryTag",
    "MailFile",
    "Mailbox",
    "MailboxTrouble",
    "Mention",
    "Merge",
    "Message",
    "NameLearning",
    "NameWord",
    "OpeningHours",
    "PasswordReset",
    "Presence",
    "ProgramLevel",
    "ProgramResponsibility",
    "PublishedAnswer",
    "RawMail",
    "RecoveryCode",
    "RegistrationLink",
    "Reminder",
    "Reply",
    "ReplyFile",
    "SavedReply",
    "ServiceLevel",
    "SignInAttempt",
    "SignInStep",
    "Staff",
    "StaffSession",
    "Tag",
]
