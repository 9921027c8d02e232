"""The request id as the thread of a trace."""

from __future__ import annotations

import pytest

from app.edge.middleware import usable_request_id
from app.telemetry.context import adopted, context_of, parent_span

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01".encode()


class TestAdopted:
    """A W3C `traceparent` is honoured: its trace goes on under a span of our own."""

    def test_the_callers_trace_and_our_span(self) -> None:
        request_id = adopted(TRACEPARENT)
        assert request_id is not None
        context = context_of(request_id)
        assert context.trace_id == int(TRACE, 16)
        assert context.span_id != int(SPAN, 16)
        assert context.is_sampled
        assert parent_span(TRACEPARENT) == int(SPAN, 16)

    def test_two_requests_of_one_trace_have_two_ids(self) -> None:
        assert adopted(TRACEPARENT) != adopted(TRACEPARENT)

    def test_what_the_caller_doesnt_record_neither_do_we(self) -> None:
        request_id = adopted(f"00-{TRACE}-{SPAN}-00".encode())
        assert request_id is not None
        assert not context_of(request_id).is_sampled

    def test_it_fits_where_request_ids_are_written(self) -> None:
        request_id = adopted(f"00-{TRACE}-{SPAN}-00".encode())
        assert request_id is not None
        assert usable_request_id(request_id.encode()) == request_id

    @pytest.mark.parametrize("later", [f"01-{TRACE}-{SPAN}-01", f"cc-{TRACE}-{SPAN}-01-what-comes"])
    def test_a_later_version_may_say_more(self, later: str) -> None:
        assert adopted(later.encode())

    @pytest.mark.parametrize(
        "bad",
        [
            "", "hello", f"ff-{TRACE}-{SPAN}-01", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01",
            f"00-{TRACE.upper()}-{SPAN}-01", f"00-{TRACE}-{SPAN}-01-more", f"cc-{TRACE}-{SPAN}-01more",
            f"00-{TRACE[:-1]}-{SPAN}-01", f"00-{TRACE}-{SPAN}-0", f"00-{TRACE}-{SPAN}-01\n",
        ],
    )  # fmt: skip
    def test_what_isnt_one_is_ignored(self, bad: str) -> None:
        assert adopted(bad.encode()) is None
        assert parent_span(bad.encode()) is None

    def test_none(self) -> None:
        assert adopted(None) is None
        assert parent_span(None) is None


class TestContextOf:
    """Any other id makes a trace of its own, the same in every process."""

    @pytest.mark.parametrize("request_id", ["4f1c0a9b2d3e-1", "client-order-77", f"{TRACE}", f"{TRACE}-{SPAN}-77"])
    def test_the_same_everywhere(self, request_id: str) -> None:
        context = context_of(request_id)
        assert context == context_of(request_id)
        assert context != context_of(request_id + "x")
        assert 0 < context.trace_id < 2**128
        assert 0 < context.span_id < 2**64
        assert context.is_sampled
