"""People who work here, their sessions, and who answers for which program."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from inquiry_service.db.models.base import Base, Id, Moment, Now


class Staff(Base):
    """An account. A disabled one keeps its history and opens nothing. `totp_last_step` is the last code's half minute: none counts twice."""

    __tablename__ = "staff"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    email_normal: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    title: Mapped[str] = mapped_column(Text, server_default="")
    signature: Mapped[str] = mapped_column(Text, server_default="")
    has_keys: Mapped[bool] = mapped_column(server_default=text("true"))
    has_digest: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[Now]
    invited_at: Mapped[Moment | None]
    disabled_at: Mapped[Moment | None]
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_since: Mapped[Moment | None]
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)


class StaffSession(Base):
    """A signed-in browser; the cookie's secret is kept hashed."""

    __tablename__ = "staff_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    browser: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[Now]
    seen_at: Mapped[Now]
    expires_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class SignInStep(Base):
    """Somebody whose password was right, and who still owes a code."""

    __tablename__ = "sign_in_step"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[Now]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    used_at: Mapped[Moment | None]


class RecoveryCode(Base):
    """A code on paper that stands in for the telephone, once."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    used_at: Mapped[Moment | None]


class PasswordReset(Base):
    """A mailed link that sets a new password, once."""

    __tablename__ = "password_reset"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Now]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]


class SignInAttempt(Base):
    """A failed sign-in, counted per name and per address block."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[Id]
    name_hash: Mapped[bytes] = mapped_column(LargeBinary)
    address_block: Mapped[str] = mapped_column(Text)
    at: Mapped[Now]

    __table_args__ = (
        Index("ix_sign_in_attempt_name", "name_hash", "at"),
        Index("ix_sign_in_attempt_block", "address_block", "at"),
    )


class ProgramResponsibility(Base):
    """Who answers questions about a program; the empty slug stands for every program."""

    __tablename__ = "program_responsibility"

    program: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
