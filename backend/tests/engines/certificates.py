"""Certificates for servers of the tests, made by openssl: an authority of one's own, and what it signs."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

_CURVE: Final = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_CONFIGURATION: Final = """
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = {names}
"""


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, in PEM."""

    file: Path
    key: Path


class Authority:
    """Whoever trusts `file` trusts what this authority signs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self.file = folder / "ca.pem"
        (folder / "index").touch()
        _openssl(folder, "req", "-x509", *_CURVE, "-keyout", "ca.key", "-out", "ca.pem", "-subj", f"/CN={folder.name}")

    def certificate(self, names: str = "DNS:localhost,IP:127.0.0.1", *, days: int = 1) -> Certificate:
        """Return a certificate for these names; with days below 0 it has expired."""
        made = Certificate(*(self._folder / f"{len(list(self._folder.iterdir()))}.{kind}" for kind in ("pem", "key")))
        (self._folder / "ca.conf").write_text(_CONFIGURATION.format(names=names))
        _openssl(self._folder, "req", *_CURVE, "-keyout", str(made.key), "-out", "request", "-subj", "/CN=server")
        ends = datetime.now(UTC) + timedelta(days=days)
        period = [f"{instant:%Y%m%d%H%M%SZ}" for instant in (ends - timedelta(days=10), ends)]
        _openssl(
            *(self._folder, "ca", "-batch", "-notext", "-config", "ca.conf", "-extensions", "server"),
            *("-cert", "ca.pem", "-keyfile", "ca.key", "-in", "request", "-out", str(made.file)),
            *("-startdate", period[0], "-enddate", period[1]),
        )
        return made


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(("openssl", *arguments), cwd=folder, check=True, capture_output=True)
