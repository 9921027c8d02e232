"""The `ssl_…` options of an address: how TLS to RabbitMQ and Elasticsearch is made. Redis's client reads the same by itself.

Without any, the server's certificate and its name are verified, against the authorities that the machine trusts.

    ssl_ca_certs         a file with authorities to trust
    ssl_certfile         a file with a certificate to show
    ssl_keyfile          a file with its key, if it isn't in the same
    ssl_check_hostname   false: its certificate may be for any name
    ssl_cert_reqs        none: any certificate will do
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ssl import VerifyMode
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

FILES: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_PREFIX: Final = "ssl_"
_VERIFIED: Final = {"required": True, "none": False}
_NAMED: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class TLS:
    """What the options mean; the files may be None."""

    ca_certs: str | None
    certfile: str | None
    keyfile: str | None
    is_verified: bool
    is_named: bool  # the certificate must be for the host that the address names


def options_of(address: str) -> dict[str, str]:
    """Return the options about TLS that an address has."""
    return {
        name: value
        for name, value in parse_qsl(urlsplit(address).query, keep_blank_values=True)
        if name.startswith(_PREFIX)
    }


def tls_of(options: Mapping[str, Any]) -> TLS:
    """Return what these options mean.

    Raises:
        ValueError: one of them has a name or a value that is none.
    """
    left = dict(options)
    ca_certs, certfile, keyfile = (left.pop(name, None) for name in FILES)
    # kombu has read these two when we get them: the one is a VerifyMode, the other a truth.
    required, named = left.pop("ssl_cert_reqs", "required"), left.pop("ssl_check_hostname", "true")
    required = {VerifyMode.CERT_REQUIRED: "required", VerifyMode.CERT_NONE: "none"}.get(required, required)
    is_odd = "" in (ca_certs, certfile, keyfile) or (keyfile is not None and certfile is None)
    if left or is_odd or required not in _VERIFIED or str(named).lower() not in _NAMED:
        raise ValueError("an option about TLS has a name or a value that is none")
    is_verified = _VERIFIED[required]
    return TLS(ca_certs, certfile, keyfile, is_verified, is_verified and _NAMED[str(named).lower()])
