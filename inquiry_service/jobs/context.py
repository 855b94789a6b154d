"""What this service's jobs work with beside their transaction."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from inquiry_service.clients.enrollment import EnrollmentClient
from inquiry_service.domain import service_levels
from inquiry_service.domain.inbound import Intake
from inquiry_service.domain.own_copies import OurMail
from inquiry_service.mail.reader import MailReader, reader_of_this_process
from inquiry_service.settings import InquirySettings
from shared.references import References


@dataclass(frozen=True)
class Desk:
    """Settings, references, the sibling's facts, and who reads mails."""

    settings: InquirySettings
    references: References
    enrollment: EnrollmentClient
    reader: MailReader = field(default_factory=reader_of_this_process)

    def due_now(self, session: Session) -> datetime:
        """When a question that came in this moment is due."""
        level = service_levels.read(session)
        return level.due_at(level.at)

    def intake(self, session: Session) -> Intake:
        """What filing a mail needs."""
        return Intake(
            self.references,
            self.due_now(session),
            self.enrollment.registration_behind,
            self.enrollment.letter_came_back,
            self.settings.zone,
            self.settings.trusted_authserv_id,
            self.settings.public_addresses,
            OurMail(self.settings.mail_domain, self.settings.public_addresses, self.settings.journal_address),
        )
