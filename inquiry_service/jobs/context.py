"""What this service's jobs work with beside their transaction."""

from dataclasses import dataclass, field
from datetime import datetime

from inquiry_service.clients.enrollment import EnrollmentClient
from inquiry_service.domain.business_hours import due_at
from inquiry_service.domain.inbound import Intake
from inquiry_service.domain.own_copies import OurMail
from inquiry_service.mail.reader import MailReader, reader_of_this_process
from inquiry_service.settings import InquirySettings
from shared.clock import utc_now
from shared.references import References


@dataclass(frozen=True)
class Desk:
    """Settings, references, the sibling's facts, and who reads mails."""

    settings: InquirySettings
    references: References
    enrollment: EnrollmentClient
    reader: MailReader = field(default_factory=reader_of_this_process)

    def due_now(self) -> datetime:
        """When a question that came in this moment is due."""
        return due_at(utc_now(), self.settings.zone)

    def intake(self) -> Intake:
        """What filing a mail needs."""
        return Intake(
            self.references,
            self.due_now(),
            self.enrollment.registration_behind,
            self.enrollment.letter_came_back,
            self.settings.zone,
            self.settings.trusted_authserv_id,
            self.settings.public_addresses,
            OurMail(self.settings.mail_domain, self.settings.public_addresses, self.settings.journal_address),
        )
