"""Alembic's entry: this service's tables, on the connection that `migrate` opened."""

from inquiry_service.db.models import Base
from shared.migrating import run_env

run_env(Base.metadata)
