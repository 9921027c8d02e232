"""Where an engine can't be had, tests are skipped with a count and a reason; with CI=true the run fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import BACKEND


@pytest.mark.slow
@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_a_machine_without_engines(ci: str, code: int, tmp_path: Path) -> None:
    """A run of its own, on a path on which there is neither Redis nor apt."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/engines/test_check.py", "-k", "TestRedis and usable"],
        cwd=BACKEND,
        env={**os.environ, "PATH": str(tmp_path), "CI": ci, "NYORD_TEST_ENGINES": str(tmp_path / "engines")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == code, done.stdout
    reason = (
        "redis-server can't be installed here, because this isn't Debian: deploy/compose.yaml runs the same engines"
    )
    assert reason in done.stdout
    assert ("1 tests skipped for want of an engine" in done.stdout) is (code == 0)
