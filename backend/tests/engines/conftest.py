"""Authorities and certificates for engines with TLS."""

from __future__ import annotations

import pytest

from tests.engines.certificates import Authority, Certificate


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "own")


@pytest.fixture(scope="session")
def another(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "another")


@pytest.fixture(scope="session")
def good(authority: Authority) -> Certificate:
    return authority.certificate()


@pytest.fixture(scope="session")
def elsewhere(authority: Authority) -> Certificate:
    return authority.certificate("DNS:elsewhere.example")


@pytest.fixture(scope="session")
def expired(authority: Authority) -> Certificate:
    return authority.certificate(days=-1)
