"""Guarantee: a fail point does what its rule says, can be switched while a process runs, and is nothing when it is off."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.core import failpoints

BACKEND = Path(__file__).parents[2]


def run(program: str, rules: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process that has these rules."""
    environment = {**os.environ, failpoints.VARIABLE: rules, "PYTHONPATH": str(BACKEND)}
    start = "from app.core import failpoints\n"
    return subprocess.run(
        [sys.executable, "-P", "-c", start + program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


class TestReach:
    def test_off_it_does_nothing(self) -> None:
        assert not failpoints.ARMED
        failpoints.reach("anything")

    def test_kill_is_kill_9(self) -> None:
        assert run("failpoints.reach('here'); print('alive')", "here=kill").returncode == -9

    def test_other_points_are_passed_by(self) -> None:
        assert run("failpoints.reach('there'); print('alive')", "here=kill").stdout == "alive\n"

    def test_raise_is_a_bug_and_away_is_waited_for(self) -> None:
        caught = "\ntry: failpoints.reach('here')\nexcept Exception as error: print(type(error).__mro__[1].__name__)"
        assert run(caught, "here=raise").stdout == "Exception\n"
        assert run(caught, "here=away").stdout == "Unavailable\n"

    def test_sleep_takes_its_time(self) -> None:
        timed = "import time; t = time.monotonic(); failpoints.reach('here'); print(time.monotonic() - t)"
        assert float(run(timed, "here=sleep:0.2").stdout) >= 0.2

    def test_a_probability(self) -> None:
        counted = "print(sum(not failpoints.twice('here', []) and failpoints._chosen('here') is not None for _ in range(1000)))"
        assert 100 < int(run(counted, "here=on@0.2").stdout) < 300

    def test_a_file_switches_a_running_process_and_keeps_a_record(self, tmp_path: Path) -> None:
        rules = tmp_path / "rules"
        program = (
            "import pathlib, time\n"
            f"rules = pathlib.Path({str(rules)!r})\n"
            "failpoints.reach('here'); print('off')\n"
            "rules.write_text('here=raise'); time.sleep(0.15)\n"
            "try: failpoints.reach('here')\n"
            "except failpoints.FailPointReached: print('on')\n"
            "rules.unlink(); time.sleep(0.15); failpoints.reach('here'); print('off again')\n"
        )
        done = run(program, f"@{rules}")
        assert done.stdout.split("\n") == ["off", "on", "off again", ""], done.stderr
        assert (tmp_path / "rules.done").read_text().startswith("here raise ")


class TestTwice:
    def test_off_the_items_stay_as_they_are(self) -> None:
        assert failpoints.twice("here", [1, 2, 3]) == [1, 2, 3]

    def test_on_each_comes_twice_and_not_always_in_order(self) -> None:
        program = "found = [failpoints.twice('here', [1, 2, 3]) for _ in range(20)]\n"
        program += "print(all(sorted(one) == [1, 1, 2, 2, 3, 3] for one in found), len(set(map(tuple, found))) > 1)"
        assert run(program, "here=on").stdout == "True True\n"


class TestParse:
    @pytest.mark.parametrize("wrong", ["here", "here=explode", "here=sleep:long", "here=kill@often"])
    def test_a_rule_that_cannot_be_read_is_named(self, wrong: str) -> None:
        with pytest.raises(ValueError, match="here"):
            failpoints.parse(wrong)

    def test_lines_and_commas(self) -> None:
        assert sorted(failpoints.parse("a=kill@0.5\nb=sleep:0.25, c=on,")) == ["a", "b", "c"]


def test_a_point_that_is_off_costs_less_than_a_microsecond() -> None:
    started = time.perf_counter()
    for _ in range(100_000):
        failpoints.reach("here")
    assert (time.perf_counter() - started) / 100_000 < 1e-6
