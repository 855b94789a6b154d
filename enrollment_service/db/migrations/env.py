"""Alembic runs this."""

from enrollment_service.db.models import Base
from shared.migrating import run_env

run_env(Base.metadata)
