"""Guarantee: a seed and a number give the same plan for ever, and every fault has its turn."""

from __future__ import annotations

import pytest

from app.torture.plan import EMBEDDED, ENGINES, FAULTS_PER_CYCLE, deck, plan


class TestPlan:
    def test_a_seed_and_a_number_give_it_again(self) -> None:
        assert plan(7, 23, ENGINES) == plan(7, 23, ENGINES)

    def test_other_numbers_and_seeds_give_others(self) -> None:
        assert len({str(plan(seed, number, ENGINES)) for seed in range(5) for number in range(1, 6)}) == 25

    @pytest.mark.parametrize("profile", [EMBEDDED, ENGINES])
    def test_every_fault_has_its_turn(self, profile: str) -> None:
        cycles = -(-len(deck(profile)) // FAULTS_PER_CYCLE)
        dealt = [fault for number in range(1, cycles + 1) for fault in plan(3, number, profile).faults]
        assert {(fault.kind, fault.target, fault.how) for fault in dealt} == set(deck(profile))

    def test_what_is_frozen_thaws_within_ten_seconds(self) -> None:
        dealt = [fault for number in range(1, 200) for fault in plan(1, number, ENGINES).faults]
        assert all(1 <= fault.seconds <= 10 for fault in dealt if fault.kind == "freeze")
        assert all(0 < fault.at < 1 for fault in dealt)

    def test_the_embedded_bank_has_no_engines_to_break(self) -> None:
        assert not {"rabbitmq", "redis", "elasticsearch", "beat", "relay"} & {target for _, target, _ in deck(EMBEDDED)}

    def test_the_load_lasts_as_long_as_what_it_is_under(self) -> None:
        for number in range(1, 50):
            planned = plan(2, number, ENGINES)
            assert planned.lasts(3.0) >= 3.0
            assert all(planned.lasts(3.0) >= fault.at * 3.0 + fault.seconds for fault in planned.faults)
