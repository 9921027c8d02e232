"""Guarantee: one source of time, in UTC, with the bank's own calendar day."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock

DIWALI = datetime(2025, 10, 20, 18, 29, 59, tzinfo=UTC)
instants = st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))


class TestNow:
    def test_it_is_the_real_time_in_utc(self) -> None:
        before, now, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
        assert before <= now <= after
        assert now.utcoffset() == timedelta(0)

    def test_pinned_inside_and_real_again_outside(self) -> None:
        with clock.at(DIWALI):
            assert clock.now() == DIWALI
            with clock.at(DIWALI + timedelta(days=1)):
                assert clock.now() == DIWALI + timedelta(days=1)
            assert clock.now() == DIWALI
        assert clock.now() > DIWALI

    def test_released_when_something_goes_wrong(self) -> None:
        with pytest.raises(ZeroDivisionError), clock.at(DIWALI):
            _ = 1 // 0
        assert clock.now() != DIWALI

    def test_another_thread_lives_in_its_own_time(self) -> None:
        seen: list[datetime] = []
        with clock.at(DIWALI):
            thread = threading.Thread(target=lambda: seen.append(clock.now()))
            thread.start()
            thread.join()
        assert seen[0] != DIWALI

    def test_whatever_the_zone_it_answers_in_utc(self) -> None:
        with clock.at(DIWALI.astimezone(clock.INDIA)):
            assert clock.now().tzinfo is UTC


class TestBusinessDate:
    @pytest.mark.parametrize(
        ("instant", "day"),
        [(DIWALI, date(2025, 10, 20)), (DIWALI + timedelta(seconds=1), date(2025, 10, 21)),
         (datetime(2026, 1, 31, 18, 30, tzinfo=UTC), date(2026, 2, 1))],
    )  # fmt: skip
    def test_the_day_changes_at_midnight_in_india(self, instant: datetime, day: date) -> None:
        assert clock.business_date(instant) == day
        with clock.at(instant):
            assert clock.business_date() == day

    @given(instants)
    def test_a_day_has_twenty_four_hours(self, instant: datetime) -> None:
        assert clock.business_date(instant + timedelta(days=1)) == clock.business_date(instant) + timedelta(days=1)
