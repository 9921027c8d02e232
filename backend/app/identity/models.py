"""Users, the sessions they opened, and the refresh tokens that keep a session going."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.config import get_settings
from app.core import clock
from app.database import Base, parts_index


class Role(StrEnum):
    """What a user is to the bank. Permissions follow from it (see `permissions.py`)."""

    CUSTOMER = "customer"  # has products; everyone who registers
    ADMIN = "admin"  # staff; made by the command line or by another admin


class User(Base):
    """A person who can sign in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # Unique whatever the capitals; never contains an @, so that it can't be mistaken for somebody's e-mail address.
    username: Mapped[str] = mapped_column(String(32))
    email: Mapped[str] = mapped_column(String(254))
    hashed_password: Mapped[str] = mapped_column(String(255))
    # What other people see; without one they see the username.
    full_name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    phone: Mapped[str] = mapped_column(String(20), default="", server_default="")
    address: Mapped[str] = mapped_column(String(300), default="", server_default="")
    language: Mapped[str] = mapped_column(String(2), default="en", server_default="en")
    role: Mapped[str] = mapped_column(String(10), default=Role.CUSTOMER.value, server_default=Role.CUSTOMER.value)
    # A user who isn't active can't sign in, and the sessions of one who is switched off have ended.
    is_active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=text("true"))
    # Whether the bank knows this customer. Approval metadata: who said so and when.
    kyc_approved: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    kyc_approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    kyc_approved_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    # Set while the last decision is a rejection; a customer with neither decision is waiting for one.
    kyc_rejected_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    kyc_rejection_reason: Mapped[str] = mapped_column(String(200), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now, server_default=func.now())
    last_login_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Wrong passwords since the last right one; at the limit the user is locked until `locked_until`.
    failed_logins: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    password_changed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint(f"role IN ({', '.join(repr(str(role)) for role in Role)})", name="role_known"),
        CheckConstraint("language IN ('en', 'hi')", name="language_known"),
        CheckConstraint("failed_logins >= 0", name="failed_logins_not_negative"),
        Index("uq_users_username", func.lower(text("username")), unique=True),
        Index("uq_users_email", func.lower(text("email")), unique=True),
        # The list of customers who wait for a KYC decision.
        Index(
            "ix_users_kyc_waiting",
            "id",
            postgresql_where=text("role = 'customer' AND NOT kyc_approved AND kyc_rejected_at IS NULL"),
        ),
        # Staff are few among millions, and asked for with every alarm.
        Index("ix_users_staff", "id", postgresql_where=text("role = 'admin'")),
        # Parts of names, for those who pay somebody and for staff.
        parts_index("ix_users_parts", "username", "email", "full_name"),
    )

    @property
    def display_name(self) -> str:
        """What other people see of the user."""
        return self.full_name or self.username

    @property
    def is_locked(self) -> bool:
        """Whether the user is locked out at this moment, after too many wrong passwords."""
        if self.locked_until is None:
            return False
        # One that would last much longer than any does was made by a clock that has been set back. Gateways' clocks differ a
        # little, and nobody gets in by that: hence twice.
        longest = timedelta(seconds=2 * get_settings().login_lockout_seconds)
        return timedelta() < self.locked_until - clock.now() <= longest


def display_name(user: type[User]) -> ColumnElement[str]:
    """Return `User.display_name` in SQL, of the table or an alias of it."""
    return func.coalesce(func.nullif(user.full_name, ""), user.username)


class UserSession(Base):
    """One sign-in on one device. An access token names it, so ending it here ends the token at once."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    # Sign-in or the last refresh, whichever is later.
    last_used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    # However often it is refreshed, the session ends here.
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    user_agent: Mapped[str] = mapped_column(String(200), default="", server_default="")
    ip: Mapped[str] = mapped_column(String(45), default="", server_default="")
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_reason: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_has_reason"),
        Index("ix_sessions_user_id", "user_id", "id"),
    )


class RefreshToken(Base):
    """A refresh token by its hash; all tokens of one session are one family.

    The successor of a used token isn't stored: it is derived from the token itself with the bank's key (`tokens.py`),
    so this table holds nothing that anyone could sign in with.
    """

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    session_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("sessions.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=clock.now)
    # When it was exchanged for its successor. Presented again later than the grace, it gives its family away as stolen.
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
