"""What people see: programs, registering, one's own registration, the office. Page functions compute; templates only show."""

from enrollment_service.web.pages import mine, office, office_letters, programs, register, sections, wellknown

PAGES = (
    programs.pages,
    sections.pages,
    register.pages,
    mine.pages,
    office.pages,
    office_letters.pages,
    wellknown.pages,
)
