"""What people see: programs, registering, one's own registration, the office. Page functions compute; templates only show."""

from enrollment_service.web.pages import (
    mine,
    office,
    office_letters,
    office_records,
    programs,
    register,
    sections,
    wellknown,
)

PAGES = (
    programs.pages,
    sections.pages,
    register.pages,
    mine.pages,
    office.pages,
    office_letters.pages,
    office_records.pages,
    wellknown.pages,
)
