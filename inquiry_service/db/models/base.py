"""The declarative base: one metadata, and names for every constraint."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import DateTime, MetaData, text
from sqlalchemy.orm import DeclarativeBase, mapped_column

from shared.tables import NAMING, add_shared_tables

Id = Annotated[UUID, mapped_column(primary_key=True)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Now = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=text("now()"))]


class Base(DeclarativeBase):
    """All models of this service."""

    metadata = MetaData(naming_convention=NAMING)


add_shared_tables(Base.metadata)
