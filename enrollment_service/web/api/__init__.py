"""JSON addresses under /api/enrollment/v1."""

from enrollment_service.web.api import (
    internal,
    internal_people,
    mine,
    office,
    programs,
    registrations,
    sections,
)

BLUEPRINTS = (programs.bp, sections.bp, registrations.bp, mine.bp, office.bp, internal.bp, internal_people.bp)
