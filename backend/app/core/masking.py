"""What other people, logs and events may see of a number or an address."""

from __future__ import annotations


def mask_account_number(number: str) -> str:
    """Return the recipient view of an account number: `ACCT12345678` becomes `••••5678`."""
    return "••••" + number[-4:]


def mask_email(email: str) -> str:
    """Return an e-mail address that its owner recognises and nobody else can use: `a•••@example.com`."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"
