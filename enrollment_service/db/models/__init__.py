"""The tables of this service. Alembic compares its migrations with this metadata."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from shared.tables import NAMING, add_shared_tables


class Base(DeclarativeBase):
    """One metadata for the service's own tables and its copy of the shared ones."""

    metadata = MetaData(naming_convention=NAMING)


add_shared_tables(Base.metadata)

from enrollment_service.db.models import offers, programs, record_duties, registrations, sections  # noqa: E402

__all__ = ["Base", "offers", "programs", "record_duties", "registrations", "sections"]
