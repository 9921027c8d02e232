"""S135, S140, S148, S153.3, S165, S228: whatever is killed, frozen or cut off while money moves, nothing acknowledged is
lost, doubled or invented, and everything comes to its end.

Short cycles with a seed of every run's own, printed when one of them finds something. `docs/reliability.md` has the long run.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.engines import control
from app.engines.errors import NotHere
from app.engines.folder import Room
from tests.embedded.bank import command, environment

FINAL_SECONDS_MAX = 120  # the bank's 30 seconds are for cores of its own; here other tests have them, too


def torture(folder: Path, profile: str, cycles: int) -> dict[str, Any]:
    """Run `nyord torture` to its end and return what it says."""
    seed = os.environ.get("NYORD_TORTURE_SEED", str(int.from_bytes(os.urandom(2))))
    arguments = [
        "torture",
        "--profile",
        profile,
        "--cycles",
        str(cycles),
        "--seed",
        seed,
        "--json",
        "--data",
        str(folder),
    ]
    arguments += ["--seconds-per-cycle", "2", "--per-second", "300", "--final-within", str(FINAL_SECONDS_MAX)]
    done = subprocess.run(command(*arguments), env=environment(), capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-3_000:]
    result: dict[str, Any] = json.loads(done.stdout)
    wrong = [row for row in result["rows"] if any(row["found"].values())]
    assert (done.returncode, wrong, result["samples"]) == (0, [], []), f"--seed {seed}\n{wrong}"
    return result


def require_engines(folder: Path) -> None:
    """Skip where engines can't be had (in CI that is a failure); the world starts its own."""
    try:
        for name, engine in control.ENGINES.items():
            engine(Room(folder, name), print).require_programs()
    except NotHere as error:
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(str(error))
        pytest.skip(f"no engine: {error}")


@pytest.mark.slow
class TestTorture:
    @pytest.mark.timeout(600)
    def test_the_embedded_bank(self, tmp_path: Path) -> None:
        result = torture(tmp_path / "world", "embedded", 4)
        assert (len(result["rows"]), sum(result["faults"].values())) == (4, 16)
        assert result["acknowledged"] > 500
        assert result["repeated"] > 40

    @pytest.mark.timeout(2_400)
    def test_the_bank_on_engines(self, tmp_path: Path) -> None:
        require_engines(tmp_path)
        result = torture(tmp_path / "world", "engines", 12)
        assert (len(result["rows"]), sum(result["faults"].values())) == (12, 48)
        assert result["acknowledged"] > 800
