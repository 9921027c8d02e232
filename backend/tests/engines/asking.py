"""What the check at start says about engines, and how its sentences about TLS end."""

from __future__ import annotations

import re

from app.config import Settings
from app.engines.check import Finding, check_engines

NOT_TRUSTED = (
    "its certificate isn't accepted (self-signed certificate in certificate chain): "
    "name its authority's file in ssl_ca_certs."
)
WRONG_NAME = "its certificate isn't accepted (IP address mismatch, certificate is not valid for '127.0.0.1')."
EXPIRED = "its certificate isn't accepted (certificate has expired)."
NOT_TLS = "it doesn't speak TLS there, and the address asks for it."


def findings(**urls: str) -> list[Finding]:
    return check_engines(Settings(**urls))  # type: ignore[arg-type]


def one(**urls: str) -> Finding:
    (found,) = findings(**urls)
    return found


def told(finding: Finding, what: str) -> bool:
    """Whether it names its setting first and ends with this, so that nothing else is in it."""
    return re.fullmatch(rf"{finding.setting} names 127\.0\.0\.1:\d+, which can't be \w+: (.*)", finding.text)[1] == what
