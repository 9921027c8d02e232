"""What `/metrics` answers: the figures of this process in Prometheus's text, and whatever else the caller knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from app.telemetry.figures import ALL, Spreads

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class _Figures(Collector):
    """The figures of this process, and others, as Prometheus's library wants them."""

    def __init__(self, others: Iterable[Metric]) -> None:
        self._others = others

    def collect(self) -> Iterator[Metric]:
        for spreads in ALL:
            yield _family(spreads)
        yield from self._others


def text(others: Iterable[Metric] = ()) -> bytes:
    """Return everything that this process counts, with memory, processor time and open files, and these other figures."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Figures(others))
    return generate_latest(registry)


def _family(spreads: Spreads) -> HistogramMetricFamily:
    family = HistogramMetricFamily(spreads.name, spreads.meaning, labels=spreads.labels)
    bounds = [*(str(float(bound)) for bound in spreads.bounds), "+Inf"]
    for labels, counts, total in spreads.seen():
        cumulative, buckets = 0, []
        for bound, count in zip(bounds, counts, strict=True):
            cumulative += count
            buckets.append((bound, float(cumulative)))
        family.add_metric([str(label) for label in labels], buckets, sum_value=total)
    return family
