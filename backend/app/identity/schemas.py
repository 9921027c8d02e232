"""What the identity routes take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.core.text import has_letter
from app.edge.wire import ONE_LINE, Pattern, RowId, Strict
from app.identity import passwords
from app.identity.models import User, UserSession
from app.identity.roles import PERMISSIONS
from app.identity.sessions import Grant


def _with_a_letter(name: str) -> str:
    """Refuse a name that nobody could read. None at all is fine: then the username stands in."""
    if name and not has_letter(name):
        raise PydanticCustomError("string_pattern_mismatch", "It must have a letter")
    return name


Username = Annotated[
    str,
    StringConstraints(min_length=3, max_length=32),
    Pattern(
        r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        "It must be letters, digits, dots, dashes and underscores, and begin with a letter or a digit",
    ),
    Field(description="Letters, digits, dot, dash and underscore.", examples=["alice"]),
]
Email = Annotated[
    str,
    StringConstraints(max_length=254),
    Pattern(
        r"^[^@\s\x00-\x1f]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}$", "It must look like name@example.com"
    ),
    Field(examples=["alice@example.com"]),
]
# Spaces at the ends of a password are part of it, unlike those of every other field.
NewPassword = Annotated[
    str, StringConstraints(strip_whitespace=False, min_length=passwords.LENGTH_MIN, max_length=passwords.LENGTH_MAX)
]
GivenPassword = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1024)]
FullName = Annotated[str, StringConstraints(max_length=60), ONE_LINE, AfterValidator(_with_a_letter)]
Phone = Annotated[
    str,
    StringConstraints(max_length=20),
    Pattern(r"^(\+?[0-9][0-9 -]{5,18})?$", "It must look like +91 98765 43210"),
]
Address = Annotated[
    str,
    StringConstraints(max_length=300),
    Pattern(r"^[^\x00-\x09\x0b-\x1f\x7f]*$", "It must be plain text"),
]
RoleName = Literal["customer", "admin"]
Reason = Annotated[
    str,
    StringConstraints(max_length=200),
    ONE_LINE,
    Field(description="Why; it is kept in the audit trail."),
]


class RegisterRequest(Strict):
    """Somebody who wants to become a customer. There is no role to choose."""

    username: Username
    email: Email
    password: NewPassword
    full_name: FullName = ""


class AvailabilityOut(BaseModel):
    """Whether a username is free."""

    available: bool


class LoginRequest(Strict):
    """A password, and who it is of: one of `username`, `email` and `identifier`, each of which may be either (C8)."""

    username: str | None = Field(default=None, min_length=1, max_length=254)
    email: str | None = Field(default=None, min_length=1, max_length=254)
    identifier: str | None = Field(default=None, min_length=1, max_length=254)
    password: GivenPassword

    @model_validator(mode="after")
    def _exactly_one_name(self) -> Self:
        if sum(name is not None for name in (self.username, self.email, self.identifier)) != 1:
            raise ValueError("Give your username or your e-mail address, one of the two.")
        return self

    @property
    def who(self) -> str:
        """The username or e-mail address that was given."""
        return self.username or self.email or self.identifier or ""


class PasswordChange(Strict):
    """The password until now, and the next one."""

    current_password: GivenPassword
    new_password: NewPassword


class EmailChange(Strict):
    """The next e-mail address, and the password: whoever has the address could have the password sent to it one day."""

    email: Email
    current_password: GivenPassword


class ProfileUpdate(Strict):
    """What a user may change about themselves; what is left out stays as it is."""

    full_name: FullName | None = None
    phone: Phone | None = None
    address: Address | None = None
    language: Literal["en", "hi"] | None = None


class UserUpdate(Strict):
    """What staff may change about a user; what is left out stays as it is.

    The specification's body has no reason, so a program need not give one; the back office asks for it.
    """

    role: RoleName | None = None
    is_active: bool | None = None
    full_name: FullName | None = None
    unlock: bool = Field(default=False, description="End the pause after too many wrong passwords.")
    reason: Reason = ""


class KYCDecision(Strict):
    """Staff's word on a customer's identity."""

    user_id: RowId
    action: Literal["approve", "reject"]
    reason: Reason = ""


class UserOut(BaseModel):
    """The user, as the user may see it."""

    id: int
    username: str
    email: str
    full_name: str
    role: RoleName
    kyc_approved: bool
    permissions: list[str]
    phone: str
    address: str
    language: Literal["en", "hi"]
    created_at: datetime
    last_login_at: datetime | None

    @classmethod
    def of(cls, user: User) -> UserOut:
        """Return what the user is shown of this row."""
        return cls.model_validate(
            {name: getattr(user, name) for name in cls.model_fields if name != "permissions"}
            | {"permissions": PERMISSIONS[user.role]}
        )


class TokenOut(BaseModel):
    """A sign-in. The refresh token travels in an HttpOnly cookie beside it."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme, not a secret
    expires_in: int = Field(description="Seconds until the access token runs out.")
    user: UserOut

    @classmethod
    def of(cls, grant: Grant) -> TokenOut:
        """Return the answer to whoever was granted this."""
        return cls(access_token=grant.access_token, expires_in=grant.expires_in_seconds, user=UserOut.of(grant.user))


class SessionOut(BaseModel):
    """One of the user's own sign-ins."""

    id: int
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str
    ip: str
    current: bool = Field(description="Whether it is the one that asks.")

    @classmethod
    def of(cls, row: UserSession, *, current_id: int) -> SessionOut:
        """Return what its owner is shown of this row."""
        shown = {name: getattr(row, name) for name in cls.model_fields if name != "current"}
        return cls.model_validate(shown | {"current": row.id == current_id})


class AdminUserOut(BaseModel):
    """A user, as staff see it."""

    id: int
    username: str
    email: str
    full_name: str
    role: RoleName
    is_active: bool
    is_locked: bool = Field(description="Locked out after too many wrong passwords.")
    kyc_approved: bool
    kyc_approved_at: datetime | None
    kyc_approved_by: int | None
    kyc_rejected_at: datetime | None
    kyc_rejection_reason: str
    phone: str
    address: str
    language: str
    created_at: datetime
    last_login_at: datetime | None

    @classmethod
    def of(cls, user: User) -> AdminUserOut:
        """Return what staff are shown of this row."""
        return cls.model_validate({name: getattr(user, name) for name in cls.model_fields})


class PersonOut(BaseModel):
    """What a stranger may know of a customer."""

    id: int
    username: str
    name: str

    @classmethod
    def of(cls, user: User) -> PersonOut:
        """Return what others are shown of this row."""
        return cls(id=user.id, username=user.username, name=user.display_name)
