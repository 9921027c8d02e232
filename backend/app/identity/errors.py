"""What can go wrong at the counter. Where a stranger is listening, two causes share one answer on purpose."""

from __future__ import annotations

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unauthenticated


class SignInNeeded(Unauthenticated):
    """The request carries no token."""

    code = "sign_in_needed"

    def __init__(self) -> None:
        super().__init__("Sign in first.")


class TokenInvalid(Unauthenticated):
    """The token isn't one of ours, or was tampered with."""

    code = "token_invalid"

    def __init__(self) -> None:
        super().__init__("This token isn't valid. Sign in again.")


class TokenExpired(Unauthenticated):
    """The token was good once; a refresh gives a new one."""

    code = "token_expired"

    def __init__(self) -> None:
        super().__init__("Your sign-in has run out. Refresh it or sign in again.")


class SessionEnded(Unauthenticated):
    """The session was revoked or ran out, or its user was switched off."""

    code = "session_ended"
    # The reuse of a refresh token ends its session: that must last although the request is refused.
    keeps_writes = True

    def __init__(self) -> None:
        super().__init__("This session has ended. Sign in again.")


class WrongCredentials(Unauthenticated):
    """Unknown user, wrong password or locked out: a stranger gets no hint which."""

    code = "wrong_credentials"
    keeps_writes = True  # the try was counted

    def __init__(self, attempts_max: int, lockout_seconds: int) -> None:
        super().__init__(
            f"The username or password isn't right. After {attempts_max} wrong tries signing in is paused "
            f"for {lockout_seconds // 60} minutes."
        )


class UserSwitchedOff(Forbidden):
    """The password was right, but the bank has switched this user off."""

    code = "user_switched_off"

    def __init__(self) -> None:
        super().__init__("Your access has been switched off. Please call the bank.")


class AdminOnly(Forbidden):
    """Only staff may do this."""

    code = "admin_only"

    def __init__(self) -> None:
        super().__init__("Only staff of the bank may do this.")


class KYCNeeded(Forbidden):
    """The bank doesn't know this customer well enough yet."""

    code = "kyc_needed"

    def __init__(self) -> None:
        super().__init__("Your identity must be verified first. Complete your KYC, then try again.")


class WrongPassword(Forbidden):
    """A signed-in user gave a wrong current password."""

    code = "wrong_password"
    field = "current_password"
    keeps_writes = True  # the try was counted

    def __init__(self) -> None:
        super().__init__("Your current password isn't right.")


class PasswordPaused(Forbidden):
    """A signed-in user's password isn't looked at while they are locked out, right or wrong."""

    code = "password_paused"
    keeps_writes = True  # the try was recorded

    def __init__(self, minutes: int) -> None:
        spoken = "1 minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(
            f"There were too many wrong passwords. Try again in {spoken}, or ask the bank to end the pause.",
            minutes=minutes,
        )


class WeakPassword(Invalid):
    """The password would be guessed."""

    code = "weak_password"


class NameChecked(Forbidden):
    """A customer whose identity is approved would take another name."""

    code = "name_checked"
    field = "full_name"

    def __init__(self) -> None:
        super().__init__("Your name was checked with your identity. Ask the bank to change it.")


class UsernameTaken(Conflict):
    """Somebody has this username already."""

    code = "username_taken"
    field = "username"

    def __init__(self) -> None:
        super().__init__("This username is taken. Choose another one.")


class EmailTaken(Conflict):
    """Somebody registered with this e-mail address already."""

    code = "email_taken"
    field = "email"

    def __init__(self, next_step: str = "Sign in, or use another one.") -> None:
        super().__init__(f"This e-mail address is registered already. {next_step}")


class UserNotFound(NotFound):
    """No user has this id."""

    code = "user_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such user.")


class SessionNotFound(NotFound):
    """The session doesn't exist, has ended, or is somebody else's (we don't say which)."""

    code = "session_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such session.")


class OwnAccess(Refused):
    """An admin tried to take away their own role or activity."""

    code = "own_access"

    def __init__(self) -> None:
        super().__init__("You can't take away your own access. Ask another admin to do it.")


class OwnMatter(Forbidden):
    """Staff tried to decide about themselves or their own money."""

    code = "own_matter"

    def __init__(self) -> None:
        super().__init__("This is about yourself. Ask a colleague to decide it.")


class LastAdmin(Refused):
    """Without this admin nobody could run the bank."""

    code = "last_admin"

    def __init__(self) -> None:
        super().__init__("This is the last active admin. Make another one first.")
