"""What a collector counts, for Prometheus. Labels are names of this code and of sites."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from recorder.assets.harvest import Harvest
from recorder.batches import Batch
from recorder.refusals import EventRefusal, Refusal
from recorder.store import Accepted

__all__ = ["Meters"]

_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 20)
"""Seconds of a group commit: one sync of a disk is 1 to 20 ms; a write waits 20 s at most."""

_BATCHES: Final = (1, 2, 4, 8, 16, 32, 64)


class Meters:
    """Counters of one collector, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = into = CollectorRegistry()
        batches = Counter("heatwright_batches", "Batches by outcome.", ["outcome"], registry=into)
        self._events = Counter("heatwright_events", "Events that were accepted.", registry=into)
        self._refused = Counter(
            "heatwright_events_refused", "Events left out.", ["reason"], registry=into
        )
        self._masked = Counter(
            "heatwright_masked_by_wall",
            "What came unmasked and was masked here, by site.",
            ["site"],
            registry=into,
        )
        self._wire = Counter("heatwright_received_bytes", "Bytes of bodies as sent.", registry=into)
        self._inflated = Counter(
            "heatwright_accepted_bytes", "Bytes of accepted batches, inflated.", registry=into
        )
        self._reads = Counter(
            "heatwright_reads", "Requests of the API by status.", ["status"], registry=into
        )
        self._commit = Histogram(
            "heatwright_commit_seconds",
            "Duration of group commits.",
            buckets=_SECONDS,
            registry=into,
        )
        self._group = Histogram(
            "heatwright_group_batches", "Batches of group commits.", buckets=_BATCHES, registry=into
        )
        ProcessCollector(registry=self.registry)
        # So that a rate can be taken of what has not happened yet.
        outcomes: list[Accepted | Refusal] = [*Accepted, *Refusal]
        self._outcomes = {one: batches.labels(one.value) for one in outcomes}
        for reason in EventRefusal:
            self._refused.labels(reason.value)

    def watch(
        self,
        harvest: Harvest,
        queue: Callable[[], tuple[int, int]],
        connections: Callable[[], int],
    ) -> None:
        """Takes up what is read when metrics are: assets, the queue (batches, bytes), sockets."""
        self.registry.register(_Assets(harvest))
        for name, what, read in (
            ("queue_batches", "Batches that wait to be written.", lambda: queue()[0]),
            ("queue_bytes", "Bytes of the batches that wait, inflated.", lambda: queue()[1]),
            ("connections", "Open connections.", connections),
        ):
            Gauge(f"heatwright_{name}", what, registry=self.registry).set_function(read)

    def received(self, size: int) -> None:
        """A body of `size` bytes has come."""
        self._wire.inc(size)

    def accepted(self, site: str, batch: Batch, verdict: Accepted) -> None:
        """A batch of a site was acknowledged; what a duplicate held is counted already."""
        self._outcomes[verdict].inc()
        if verdict is Accepted.STORED:
            self._events.inc(len(batch.events))
            self._inflated.inc(batch.size)
            # Also where it is nothing: a rate can be taken of a site's first batch on.
            self._masked.labels(site).inc(batch.masked_by_wall)
            for reason, events in batch.refused.items():
                self._refused.labels(reason).inc(events)

    def refused(self, reason: Refusal) -> None:
        """A batch was refused."""
        self._outcomes[reason].inc()

    def read(self, status: int) -> None:
        """The API answered."""
        self._reads.labels(str(status)).inc()

    def committed(self, batches: int, seconds: float) -> None:
        """A group was written, or could not be."""
        self._group.observe(batches)
        self._commit.observe(seconds)

    def render(self, accept: str) -> tuple[bytes, str]:
        """All of it, in the form that the Accept header asks for; the second is its type."""
        encode, media_type = choose_encoder(accept)
        return encode(self.registry), media_type


class _Assets(Collector):
    """The asset archive's own counters, as they are when asked."""

    def __init__(self, harvest: Harvest) -> None:
        self._harvest = harvest

    def collect(self) -> Iterable[Metric]:
        """The counters."""
        assets = CounterMetricFamily(
            "heatwright_assets", "Assets of tagged pages by outcome.", labels=["outcome"]
        )
        for outcome, count in sorted(self._harvest.outcomes.items()):
            assets.add_metric([str(outcome)], count)
        yield assets
        yield CounterMetricFamily(
            "heatwright_asset_searches_dropped",
            "Batches not searched for assets, because too many waited.",
            value=self._harvest.dropped,
        )
        yield CounterMetricFamily(
            "heatwright_asset_searches_given_up",
            "Batches whose assets took too long.",
            value=self._harvest.given_up,
        )
