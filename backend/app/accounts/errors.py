"""Why an account can't be opened, decided on or changed."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound, Refused


class AccountNotFound(NotFound):
    """No such account, or not the asker's."""

    code = "account_not_found"

    def __init__(self, account_id: int) -> None:
        super().__init__("This account doesn't exist.", account_id=account_id)


class TooManyAccounts(Refused):
    """The customer has as many accounts as one person may have."""

    code = "too_many_accounts"

    def __init__(self, accounts_max: int) -> None:
        super().__init__(
            f"You have {accounts_max} accounts already, which is as many as one person may have.",
            accounts_max=accounts_max,
        )


class AlreadyDecided(Conflict):
    """The account was approved or rejected before."""

    code = "already_decided"

    def __init__(self, status: str) -> None:
        super().__init__(f"This account is decided already; it is {status}.", status=status)


class NotApproved(Refused):
    """Only an approved account can be switched on or off."""

    code = "account_not_approved"

    def __init__(self, status: str) -> None:
        super().__init__(f"This account isn't approved; it is {status}. Approve it first.", status=status)
