"""Guarantee: figures say what was measured; wrk's complaints and a second run's cells aren't lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.__main__ import main, write
from bench.cells import is_wrong, merged
from bench.figures import percentile
from bench.load import read_wrk
from bench.memory import Sampler, family_megabytes, told

WRK = """
  1 threads and 256 connections
  30120 requests in 10.05s, 15.21MB read
  Socket errors: connect 0, read 3, write 0, timeout 4
  Non-2xx or 3xx responses: 5
Requests/sec:   2997.01
"""


class TestPercentile:
    def test_it_is_a_value_that_was_seen(self) -> None:
        values = [float(one) for one in range(100, 0, -1)]
        assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1.0)) == (51.0, 100.0, 100.0)

    def test_of_nothing_it_is_nothing(self) -> None:
        assert percentile([], 0.99) == 0.0


class TestWrk:
    def test_other_statuses_and_broken_connections_are_errors(self) -> None:
        assert read_wrk(WRK) == (30_120, 12)

    def test_no_complaint_is_no_error(self) -> None:
        assert read_wrk("  7 requests in 1.00s, 1KB read") == (7, 0)

    def test_words_that_nobody_understands_are_not_a_rate(self) -> None:
        with pytest.raises(ValueError, match="unable to connect"):
            read_wrk("unable to connect to 127.0.0.1")


class TestCells:
    def test_only_books_and_answers_are_wrong_never_a_time(self) -> None:
        assert not is_wrong({"cell": "slow", "accept_p99_ms": 9_000.0, "errors": 0, "findings": []})
        assert is_wrong({"cell": "refused", "errors": 1})
        assert is_wrong({"cell": "off by a paisa", "findings": ["account 7"]})

    def test_what_is_measured_again_takes_its_old_place(self) -> None:
        earlier = [{"cell": "a", "x": 1}, {"cell": "b", "x": 1}]
        again = [{"cell": "c", "x": 2}, {"cell": "a", "x": 2}]
        assert merged(earlier, again) == [{"cell": "a", "x": 2}, {"cell": "b", "x": 1}, {"cell": "c", "x": 2}]

    def test_a_whole_run_forgets_the_file_and_a_part_adds_to_it(self, tmp_path: Path) -> None:
        path = tmp_path / "figures.json"
        write(path, "engines", [{"cell": "a"}], keep=True)
        write(path, "engines", [{"cell": "b"}], keep=True)
        assert [cell["cell"] for cell in json.loads(path.read_text())["cells"]] == ["a", "b"]
        write(path, "engines", [{"cell": "c"}], keep=False)
        assert [cell["cell"] for cell in json.loads(path.read_text())["cells"]] == ["c"]

    def test_a_part_that_the_profile_lacks_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["--only", "overload"])
        assert "choose from machine, engine, latency, http, search" in capsys.readouterr().err


class TestMemory:
    def test_the_first_half_of_the_load_is_told_apart(self) -> None:
        found = told({"gateway": [10.0, 30.0, 40.0, 50.0, 90.0]}, looks=4)
        assert found == {
            "gateway_megabytes_before": 10.0,
            "gateway_megabytes_max_first_half": 30.0,
            "gateway_megabytes_max": 90.0,
        }

    def test_a_process_that_is_gone_occupies_nothing(self) -> None:
        assert family_megabytes(2**22 - 1) == 0.0

    def test_it_looks_at_once(self) -> None:
        with Sampler({"this": lambda: 7.0}) as sampler:
            assert sampler.samples["this"][0] == 7.0
